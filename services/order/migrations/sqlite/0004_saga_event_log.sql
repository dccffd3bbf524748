-- What a reader of reports expects to find, as views. Ids are the numbers that all tables hold.

-- What Order said for its sagas, while the outbox has it; after that, what the audit has of whole
-- sagas, in which the other services' facts are too. An id counts within the outbox; what the
-- audit tells has none, and a content only where later steps needed it. Looking for one saga
-- reads the whole log: a view for reports, not for requests.
CREATE VIEW saga_event_log
    (id, saga_id, service_name, event_type, event_data, status, created_at) AS
WITH fact (code, name, service, status, undo) AS (
    VALUES
        (11,  'StockDeducted',        'product',   'COMPLETED',   13),
        (12,  'StockDeductionFailed', 'product',   'FAILED',      NULL),
        (13,  'StockRestored',        'product',   'COMPENSATED', NULL),
        (14,  'StockReturned',        'product',   'COMPLETED',   NULL),
        (20,  'OrderCreated',         'order',     'COMPLETED',   NULL),
        (21,  'OrderConfirmed',       'order',     'COMPLETED',   NULL),
        (22,  'OrderCancelled',       'order',     'COMPLETED',   NULL),
        (23,  'RefundRequested',      'order',     'COMPLETED',   NULL),
        (24,  'OrderRefunded',        'order',     'COMPLETED',   NULL),
        (31,  'PaymentCompleted',     'payment',   'COMPLETED',   33),
        (32,  'PaymentFailed',        'payment',   'FAILED',      NULL),
        (33,  'PaymentRefunded',      'payment',   'COMPENSATED', NULL),
        (34,  'PointsReturned',       'payment',   'COMPLETED',   NULL),
        (41,  'CouponApplied',        'promotion', 'COMPLETED',   43),
        (42,  'CouponRejected',       'promotion', 'FAILED',      NULL),
        (43,  'CouponRestored',       'promotion', 'COMPENSATED', NULL),
        (44,  'CouponReturned',       'promotion', 'COMPLETED',   NULL),
        (255, 'SagaResolved',         'order',     'COMPLETED',   NULL)
)
SELECT
    (said.writer << 40) | said.seq,
    said.saga_id,
    'order',
    said.kind,
    said.body,
    CASE WHEN said.seq > writer.sent_seq THEN 'PENDING' ELSE 'COMPLETED' END,
    datetime(said.at / 1000000, 'unixepoch')
FROM outbox AS said
JOIN writer ON writer.id = said.writer
WHERE said.saga_id IS NOT NULL
UNION ALL
SELECT
    NULL,
    known.saga_id,
    fact.service,
    fact.name,
    known.content,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM order_event AS undone
            WHERE undone.order_id = known.order_id
              AND undone.saga_id = known.saga_id
              AND undone.kind = fact.undo
        ) THEN 'COMPENSATED'
        ELSE fact.status
    END,
    datetime(known.at / 1000000, 'unixepoch')
FROM order_event AS known
JOIN fact ON fact.code = known.kind
WHERE known.at < coalesce(
    (SELECT oldest.at FROM outbox AS oldest ORDER BY oldest.writer, oldest.seq LIMIT 1),
    9223372036854775807
);

-- Which products were ordered, line by line, once the order has ended and was priced.
CREATE VIEW order_product_history
    (order_id, line, user_id, product_id, product_name, quantity, unit_price, discount, status,
     created_at) AS
SELECT
    item.order_id,
    item.line,
    placed.user_id,
    item.product_id,
    item.name,
    item.quantity,
    item.unit_price,
    item.discount,
    CASE placed.status WHEN 0 THEN 'PENDING' WHEN 1 THEN 'COMPLETED' ELSE 'CANCELLED' END,
    datetime(placed.created_at / 1000000, 'unixepoch')
FROM order_item AS item
JOIN orders AS placed ON placed.order_id = item.order_id;
