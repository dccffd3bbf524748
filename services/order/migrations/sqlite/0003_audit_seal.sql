-- The seals of the audit: a chain of hashes for each writer, so that a row which is changed,
-- added or taken away afterwards does not go unseen.

-- The seal of one batch over the rows that it added to the audit.
CREATE TABLE audit_seal (
    writer   INTEGER NOT NULL,
    batch_no INTEGER NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    previous BLOB    NOT NULL CHECK (length(previous) = 32),
    PRIMARY KEY (writer, batch_no)
) STRICT, WITHOUT ROWID;

-- The last seal of each writer.
CREATE TABLE audit_head (
    writer   INTEGER NOT NULL PRIMARY KEY,
    batch_no INTEGER NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- What is in the audit stays as it is.
CREATE TRIGGER order_event_is_not_changed BEFORE UPDATE ON order_event
BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END;

CREATE TRIGGER order_event_is_not_removed BEFORE DELETE ON order_event
BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END;

CREATE TRIGGER audit_seal_is_not_changed BEFORE UPDATE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'a seal is not changed'); END;

CREATE TRIGGER audit_seal_is_not_removed BEFORE DELETE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'a seal is not changed'); END;

-- What was written before there were seals stays without: an empty seal says up to where.
INSERT INTO audit_seal (writer, batch_no, hash, previous)
SELECT writer, MAX(batch_no), zeroblob(32), zeroblob(32) FROM order_event GROUP BY writer;

INSERT INTO audit_head (writer, batch_no, hash)
SELECT writer, batch_no, hash FROM audit_seal;
