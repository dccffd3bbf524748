-- What Order owns. Times are microseconds since 1970, money is won, steps are masks.

-- An order. Its lines stay one document: nothing asks for one of them before the end.
CREATE TABLE orders (
    order_id       INTEGER NOT NULL PRIMARY KEY,
    user_id        INTEGER NOT NULL,
    status         INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2),
    lines          TEXT    NOT NULL,
    user_coupon_id INTEGER,
    failure        TEXT,
    total_price    INTEGER CHECK (total_price >= 0),
    discount       INTEGER CHECK (discount BETWEEN 0 AND total_price),
    paid_price     INTEGER CHECK (paid_price = total_price - discount),
    owed           INTEGER NOT NULL,
    acknowledged   INTEGER NOT NULL,
    version        INTEGER NOT NULL CHECK (version >= 1),
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    ended_at       INTEGER,
    compensated_at INTEGER,
    CHECK ((status = 0) = (ended_at IS NULL)),
    CHECK ((status = 2) = (failure IS NOT NULL)),
    CHECK (status <> 1 OR (paid_price IS NOT NULL AND owed = 0)),
    CHECK (compensated_at IS NULL OR (status = 2 AND owed & ~acknowledged = 0))
) STRICT;

-- A line as it stood when the order ended, if it was priced by then. Written once.
CREATE TABLE order_item (
    order_id   INTEGER NOT NULL,
    line       INTEGER NOT NULL CHECK (line >= 1),
    product_id INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity >= 1),
    unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
    discount   INTEGER CHECK (discount BETWEEN 0 AND unit_price * quantity),
    PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

-- The audit: every fact that Order said or heard about an order, once. Never changed.
CREATE TABLE order_event (
    order_id INTEGER NOT NULL,
    saga_id  INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    no       INTEGER NOT NULL CHECK (no >= 1),
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    cause    TEXT,
    trace    TEXT,
    writer   INTEGER NOT NULL,
    batch_no INTEGER NOT NULL,
    content  TEXT,
    PRIMARY KEY (order_id, saga_id, kind)
) STRICT, WITHOUT ROWID;

-- Who left: they place no more orders, and what they placed goes on.
CREATE TABLE closed_user (
    user_id INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL
) STRICT;
