-- Sagas that wait for something are found by operators however old they are, without a scan.

-- Cancelled orders with an undo owed. An order that completes never enters it; one that is
-- cancelled does for the milliseconds of its undoing.
CREATE INDEX orders_compensating ON orders (status)
    WHERE status = 2 AND compensated_at IS NULL;

-- A refund is known to others by its own id.
CREATE INDEX refund_saga ON refund (refund_id);

-- Refunds with a return owed.
CREATE INDEX refund_open ON refund (refund_id) WHERE done_at IS NULL;
