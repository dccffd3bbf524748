-- What a reader of reports expects to find in every service's file, as a view. User takes no
-- step of any saga, so that nothing of what it says is here.
CREATE VIEW saga_event_log
    (id, saga_id, service_name, event_type, event_data, status, created_at) AS
SELECT
    (said.writer << 40) | said.seq,
    said.saga_id,
    'user',
    said.kind,
    said.body,
    CASE WHEN said.seq > writer.sent_seq THEN 'PENDING' ELSE 'COMPLETED' END,
    datetime(said.at / 1000000, 'unixepoch')
FROM outbox AS said
JOIN writer ON writer.id = said.writer
WHERE said.saga_id IS NOT NULL;
