-- Refunds: documents of their own beside the order, decided whole when they are asked for.

-- What was given back of an order, and which of the three returns are in.
CREATE TABLE refund (
    order_id     INTEGER NOT NULL,
    refund_id    INTEGER NOT NULL,
    lines        TEXT    NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount >= 0),
    whole_order  INTEGER NOT NULL CHECK (whole_order IN (0, 1)),
    reason       TEXT    NOT NULL,
    owed         INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,
    requested_at INTEGER NOT NULL,
    done_at      INTEGER,
    CHECK (done_at IS NULL OR owed & ~acknowledged = 0),
    PRIMARY KEY (order_id, refund_id)
) STRICT, WITHOUT ROWID;

-- The sum of an order's refunds, those under way included.
ALTER TABLE orders ADD COLUMN refunded_price INTEGER
    CHECK (refunded_price IS NULL OR (status = 1 AND refunded_price BETWEEN 0 AND paid_price));
