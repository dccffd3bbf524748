-- A rebuild fills another generation of rows beside the live one; lists read the live one.

CREATE TABLE order_summary (
    generation      INTEGER NOT NULL,
    user_id         INTEGER NOT NULL,
    order_id        INTEGER NOT NULL,
    status          INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2),
    failure_code    TEXT,
    first_item_name TEXT,
    line_count      INTEGER NOT NULL,
    total_price     INTEGER,
    discount        INTEGER,
    paid_price      INTEGER,
    refunded_price  INTEGER,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    version         INTEGER NOT NULL,
    PRIMARY KEY (generation, user_id, order_id)
) STRICT, WITHOUT ROWID;

-- A list of one status ends after its page, however many orders have another.
CREATE INDEX order_summary_by_status ON order_summary (generation, user_id, status, order_id);

INSERT INTO order_summary
    SELECT 1, user_id, order_id, status, failure_code, first_item_name, line_count,
           total_price, discount, paid_price, NULL, created_at, ended_at, version
    FROM order_view;

DROP TABLE order_view;

-- Which generation lists read, and which one a rebuild fills. One row, none before the first
-- rebuild: then generation 1 is read.
CREATE TABLE view_state (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    live       INTEGER NOT NULL,
    building   INTEGER,
    last       INTEGER NOT NULL CHECK (last >= live),
    rebuilt_at INTEGER
) STRICT;
