-- The read model of orders: what a list shows. Made from Order's events, rebuilt at will.
CREATE TABLE order_view (
    user_id         INTEGER NOT NULL,
    order_id        INTEGER NOT NULL,
    status          INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2),
    failure_code    TEXT,
    first_item_name TEXT,
    line_count      INTEGER NOT NULL,
    total_price     INTEGER,
    discount        INTEGER,
    paid_price      INTEGER,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    version         INTEGER NOT NULL,
    PRIMARY KEY (user_id, order_id)
) STRICT, WITHOUT ROWID;
