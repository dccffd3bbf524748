-- The ledger in the order of time: ids of sagas grow with it, so that an order's row is written at
-- the end of the table. Under its user first, as it was before, nearly every order wrote a page
-- of its own.
--
-- A user's rows hang together instead: each names the row that was written for the user before it,
-- and the balance names the newest. A list follows these names.
CREATE TABLE point_history_by_time (
    saga_id            INTEGER NOT NULL,
    direction          INTEGER NOT NULL CHECK (direction BETWEEN 1 AND 3),
    user_id            INTEGER NOT NULL,
    order_id           INTEGER,
    amount             INTEGER NOT NULL CHECK (amount > 0),
    balance_after      INTEGER NOT NULL CHECK (balance_after >= 0),
    point_version      INTEGER NOT NULL CHECK (point_version >= 1),
    at                 INTEGER NOT NULL,
    previous_saga_id   INTEGER,
    previous_direction INTEGER,
    PRIMARY KEY (saga_id, direction),
    CHECK ((direction = 1) = (order_id IS NULL)),
    CHECK ((previous_saga_id IS NULL) = (previous_direction IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO point_history_by_time
    (saga_id, direction, user_id, order_id, amount, balance_after, point_version, at,
     previous_saga_id, previous_direction)
SELECT
    saga_id, direction, user_id, order_id, amount, balance_after, point_version, at,
    lag(saga_id) OVER own, lag(direction) OVER own
FROM point_history
WINDOW own AS (PARTITION BY user_id ORDER BY point_version)
ORDER BY saga_id, direction;

-- NULL only where the ledger has no row.
ALTER TABLE point ADD COLUMN newest_saga_id INTEGER;
ALTER TABLE point ADD COLUMN newest_direction INTEGER
    CHECK ((newest_saga_id IS NULL) = (newest_direction IS NULL));

-- While the ledger still lies under its users.
UPDATE point SET (newest_saga_id, newest_direction) = (
    SELECT saga_id, direction FROM point_history
    WHERE point_history.user_id = point.user_id
    ORDER BY point_version DESC
    LIMIT 1
);

-- Its indexes go with it.
DROP TABLE point_history;
ALTER TABLE point_history_by_time RENAME TO point_history;

-- As before: charges and refunds are listed alone, and are few beside the uses.
CREATE INDEX point_history_by_direction ON point_history (user_id, direction, saga_id)
    WHERE direction <> 2;

-- What an order moved under its own saga is found by the key. Only its refunds stand under
-- others, so that an order without any writes nothing here.
CREATE INDEX point_history_by_order ON point_history (order_id) WHERE order_id <> saga_id;
