-- The letters of a name, one at a time and in pairs, as written and as initial consonants: what a
-- search begins with. Rows are made by the service, since SQL folds no letters beyond ASCII.
CREATE TABLE product_gram (
    gram       TEXT    NOT NULL,
    product_id INTEGER NOT NULL,
    PRIMARY KEY (gram, product_id)
) STRICT, WITHOUT ROWID;

-- Products whose names have no grams yet: those that stood before there were any. Each leaves this
-- table when the service has read its name.
CREATE TABLE product_unindexed (
    product_id INTEGER NOT NULL PRIMARY KEY
) STRICT;
INSERT INTO product_unindexed (product_id) SELECT product_id FROM product;

-- How many products of a category are not discontinued. One without any has no row.
CREATE TABLE product_category (
    category TEXT    NOT NULL,
    products INTEGER NOT NULL CHECK (products > 0),
    PRIMARY KEY (category)
) STRICT, WITHOUT ROWID;
INSERT INTO product_category (category, products)
    SELECT category, count(*) FROM product WHERE status = 1 GROUP BY category;

-- The orders of the catalogue's list, whole and of one category. Products are written by hand.
CREATE INDEX product_by_price ON product (price, product_id);
CREATE INDEX product_by_name ON product (name COLLATE NOCASE, product_id);
CREATE INDEX product_by_name_en ON product (name_en COLLATE NOCASE, product_id);
CREATE INDEX product_by_category_and_price ON product (category, price, product_id);
CREATE INDEX product_by_category_and_name
    ON product (category, name COLLATE NOCASE, product_id);
CREATE INDEX product_by_category_and_name_en
    ON product (category, name_en COLLATE NOCASE, product_id);

-- Few products are in these, so an order pays only when it takes the last piece.
CREATE INDEX product_discontinued ON product (product_id) WHERE status = 2;
CREATE INDEX product_stock_empty ON product_stock (product_id) WHERE quantity = 0;

-- What `product_rank` counts by the hour, once its day is too old for that. Days are Seoul's,
-- counted from 1970.
CREATE TABLE product_rank_day (
    day        INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    quantity   INTEGER NOT NULL,
    PRIMARY KEY (day, product_id)
) STRICT, WITHOUT ROWID;

-- One row: the first day that is counted by the hour. Sales of an earlier day go to its day.
CREATE TABLE ranking (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    hours_from INTEGER NOT NULL
) STRICT;
INSERT INTO ranking (id, hours_from)
    SELECT 1, (min(hour) + 9) / 24 FROM product_rank HAVING count(*) > 0;
