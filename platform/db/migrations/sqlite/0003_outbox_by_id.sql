-- The outbox as SQLite appends fastest: under one whole number, which takes a new page when one is
-- full, where a key of two columns moves rows of three pages about. Writer and number are still
-- there to be read.

-- The views of services go on meaning `outbox`, and not the table that leaves the name.
PRAGMA legacy_alter_table = ON;
ALTER TABLE outbox RENAME TO outbox_before;
PRAGMA legacy_alter_table = OFF;

CREATE TABLE outbox (
    id       INTEGER NOT NULL PRIMARY KEY,
    saga_id  INTEGER,
    key      INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    writer   INTEGER GENERATED ALWAYS AS (id >> 40) VIRTUAL,
    seq      INTEGER GENERATED ALWAYS AS (id & 1099511627775) VIRTUAL
) STRICT;

INSERT INTO outbox (id, saga_id, key, kind, version, sequence, at, body)
SELECT (writer << 40) | seq, saga_id, key, kind, version, sequence, at, body
FROM outbox_before ORDER BY writer, seq;
DROP TABLE outbox_before;
