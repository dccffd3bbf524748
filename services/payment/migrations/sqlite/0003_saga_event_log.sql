-- What a reader of reports expects to find, as a view: what this service said for the sagas,
-- while its outbox has it; the audit of Order tells of sagas that are older. Ids are the numbers
-- that all tables hold. Looking for one saga reads the whole log: not for requests.
CREATE VIEW saga_event_log
    (id, saga_id, service_name, event_type, event_data, status, created_at) AS
SELECT
    (said.writer << 40) | said.seq,
    said.saga_id,
    'payment',
    said.kind,
    said.body,
    CASE
        WHEN said.seq > writer.sent_seq THEN 'PENDING'
        WHEN said.kind = 'PaymentFailed' THEN 'FAILED'
        WHEN said.kind = 'PaymentRefunded' THEN 'COMPENSATED'
        WHEN said.kind = 'PaymentCompleted' AND said.saga_id IN (
            SELECT undone.saga_id FROM outbox AS undone WHERE undone.kind = 'PaymentRefunded'
        ) THEN 'COMPENSATED'
        ELSE 'COMPLETED'
    END,
    datetime(said.at / 1000000, 'unixepoch')
FROM outbox AS said
JOIN writer ON writer.id = said.writer
WHERE said.saga_id IS NOT NULL;
