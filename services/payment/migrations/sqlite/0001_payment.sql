-- What a user holds; the newest ledger row says the same.
CREATE TABLE point (
    user_id    INTEGER NOT NULL PRIMARY KEY,
    balance    INTEGER NOT NULL CHECK (balance >= 0),
    version    INTEGER NOT NULL CHECK (version >= 1),
    updated_at INTEGER NOT NULL
) STRICT;

-- The append-only ledger behind a balance. Its key is also the natural key of what it records
-- and the fence of the step that wrote it. Direction: 1 charge, 2 use, 3 refund.
CREATE TABLE point_history (
    user_id       INTEGER NOT NULL,
    saga_id       INTEGER NOT NULL,
    direction     INTEGER NOT NULL CHECK (direction BETWEEN 1 AND 3),
    order_id      INTEGER,
    amount        INTEGER NOT NULL CHECK (amount > 0),
    balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
    point_version INTEGER NOT NULL CHECK (point_version >= 1),
    at            INTEGER NOT NULL,
    PRIMARY KEY (user_id, saga_id, direction),
    CHECK ((direction = 1) = (order_id IS NULL))
) STRICT, WITHOUT ROWID;

-- Users who left: no new charge. Their open orders and refunds go on.
CREATE TABLE closed_user (
    user_id INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL
) STRICT;
