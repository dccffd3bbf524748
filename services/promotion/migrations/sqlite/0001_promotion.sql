-- Coupons as the shop offers them, who was issued one, and the coupons users hold.

-- An offer. Its terms never change; `issued` counts up and gives the sequence numbers.
CREATE TABLE coupon (
    coupon_id        INTEGER NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL,
    discount         INTEGER NOT NULL CHECK (discount IN (1, 2)),
    value            INTEGER NOT NULL CHECK (value > 0 AND (discount = 1 OR value <= 100)),
    max_discount     INTEGER CHECK (max_discount > 0),
    min_order_amount INTEGER NOT NULL CHECK (min_order_amount >= 0),
    scope            TEXT    NOT NULL,
    total_quantity   INTEGER NOT NULL CHECK (total_quantity > 0),
    issued           INTEGER NOT NULL CHECK (issued BETWEEN 0 AND total_quantity),
    issue_from       INTEGER NOT NULL,
    issue_to         INTEGER NOT NULL CHECK (issue_to >= issue_from),
    valid_from       INTEGER,
    valid_to         INTEGER,
    valid_days       INTEGER CHECK (valid_days > 0),
    status           INTEGER NOT NULL CHECK (status IN (1, 2)),
    version          INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    CHECK ((valid_to IS NULL) <> (valid_days IS NULL))
) STRICT;

-- One coupon per user: the key says so. Sequence numbers count from 1 without gaps.
CREATE TABLE coupon_issue (
    coupon_id      INTEGER NOT NULL,
    user_id        INTEGER NOT NULL,
    user_coupon_id INTEGER NOT NULL,
    sequence_no    INTEGER NOT NULL CHECK (sequence_no > 0),
    at             INTEGER NOT NULL,
    PRIMARY KEY (coupon_id, user_id)
) STRICT, WITHOUT ROWID;

-- A coupon in a user's hands. While it is used it holds its order: use and fence in one.
CREATE TABLE user_coupon (
    user_id        INTEGER NOT NULL,
    user_coupon_id INTEGER NOT NULL,
    coupon_id      INTEGER NOT NULL,
    state          INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
    order_id       INTEGER,
    valid_from     INTEGER,
    valid_to       INTEGER NOT NULL,
    issued_at      INTEGER NOT NULL,
    used_at        INTEGER,
    version        INTEGER NOT NULL,
    PRIMARY KEY (user_id, user_coupon_id),
    CHECK ((state = 2) = (order_id IS NOT NULL)),
    CHECK ((state = 2) = (used_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Members who left: they are issued nothing more.
CREATE TABLE closed_user (
    user_id INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL
) STRICT;
