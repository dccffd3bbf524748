-- What is sold. The category stands in the key so that products can be partitioned by it later;
-- it is fixed once the product is created.
CREATE TABLE product (
    product_id INTEGER NOT NULL,
    category   TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    name_en    TEXT    NOT NULL,
    price      INTEGER NOT NULL CHECK (price >= 0),
    status     INTEGER NOT NULL CHECK (status IN (1, 2)),
    version    INTEGER NOT NULL CHECK (version >= 1),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (product_id, category)
) STRICT, WITHOUT ROWID;

-- The list of one category. Products are written by hand, so this costs no order anything.
CREATE INDEX product_by_category ON product (category, product_id);

-- What is on the shelf. Orders are decided on this row; the CHECK is the second guard.
CREATE TABLE product_stock (
    product_id INTEGER NOT NULL PRIMARY KEY,
    quantity   INTEGER NOT NULL CHECK (quantity >= 0),
    version    INTEGER NOT NULL CHECK (version >= 0)
) STRICT;

-- Why each stock changed, never pruned. Its key is the natural key of the change, and with it the
-- fence of the steps that move stock: 1 deduct, 2 restore, 3 return, 4 adjust.
CREATE TABLE stock_ledger (
    saga_id        INTEGER NOT NULL,
    product_id     INTEGER NOT NULL,
    direction      INTEGER NOT NULL CHECK (direction BETWEEN 1 AND 4),
    delta          INTEGER NOT NULL CHECK (CASE direction
                       WHEN 1 THEN delta BETWEEN -4294967295 AND 0
                       WHEN 4 THEN TRUE
                       ELSE delta BETWEEN 0 AND 4294967295 END),
    quantity_after INTEGER NOT NULL CHECK (quantity_after >= 0),
    stock_version  INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    reason         TEXT,
    PRIMARY KEY (saga_id, product_id, direction)
) STRICT, WITHOUT ROWID;

-- Pieces confirmed less pieces refunded, by the hour of the confirmation. A refund that is heard
-- before its confirmation leaves a bucket below zero for that long.
CREATE TABLE product_rank (
    hour       INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    quantity   INTEGER NOT NULL,
    PRIMARY KEY (hour, product_id)
) STRICT, WITHOUT ROWID;
