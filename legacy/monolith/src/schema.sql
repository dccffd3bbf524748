-- The monolith's one database: the report's tables, with the numbers its JPA entities carry.

CREATE TABLE IF NOT EXISTS member (
    member_id INTEGER NOT NULL PRIMARY KEY,
    name      TEXT    NOT NULL,
    status    TEXT    NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS product (
    product_id INTEGER NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    price      INTEGER NOT NULL CHECK (price >= 0),
    status     TEXT    NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS product_stock (
    product_id INTEGER NOT NULL PRIMARY KEY,
    quantity   INTEGER NOT NULL CHECK (quantity >= 0),
    initial    INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS coupon (
    coupon_id       INTEGER NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL,
    discount        INTEGER NOT NULL CHECK (discount >= 0),
    total_quantity  INTEGER NOT NULL,
    issued_quantity INTEGER NOT NULL CHECK (issued_quantity <= total_quantity)
) STRICT;

CREATE TABLE IF NOT EXISTS user_coupon (
    user_coupon_id INTEGER NOT NULL PRIMARY KEY,
    coupon_id      INTEGER NOT NULL,
    member_id      INTEGER NOT NULL,
    order_id       INTEGER,
    UNIQUE (coupon_id, member_id)
) STRICT;

CREATE TABLE IF NOT EXISTS point (
    member_id INTEGER NOT NULL PRIMARY KEY,
    balance   INTEGER NOT NULL CHECK (balance >= 0),
    initial   INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS point_history (
    point_history_id INTEGER NOT NULL PRIMARY KEY,
    member_id        INTEGER NOT NULL,
    order_id         INTEGER NOT NULL,
    amount           INTEGER NOT NULL,
    balance          INTEGER NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS point_history_of_member ON point_history (member_id, created_at);

CREATE TABLE IF NOT EXISTS orders (
    order_id       INTEGER NOT NULL PRIMARY KEY,
    order_number   TEXT    NOT NULL UNIQUE,
    member_id      INTEGER NOT NULL,
    user_coupon_id INTEGER,
    status         TEXT    NOT NULL,
    total_price    INTEGER NOT NULL,
    discount       INTEGER NOT NULL,
    paid_price     INTEGER NOT NULL CHECK (paid_price = total_price - discount),
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_of_member ON orders (member_id, created_at);

CREATE TABLE IF NOT EXISTS order_item (
    order_item_id INTEGER NOT NULL PRIMARY KEY,
    order_id      INTEGER NOT NULL,
    product_id    INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    unit_price    INTEGER NOT NULL,
    quantity      INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS order_item_of_order ON order_item (order_id);

CREATE TABLE IF NOT EXISTS order_product_history (
    order_product_history_id INTEGER NOT NULL PRIMARY KEY,
    order_id                 INTEGER NOT NULL,
    product_id               INTEGER NOT NULL,
    quantity                 INTEGER NOT NULL,
    created_at               INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS order_product_history_by_time
    ON order_product_history (created_at, product_id, quantity);

CREATE TABLE IF NOT EXISTS idempotency (
    scope       TEXT    NOT NULL PRIMARY KEY,
    fingerprint BLOB    NOT NULL,
    order_id    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
