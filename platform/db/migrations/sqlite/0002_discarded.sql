-- Parked events that somebody gave up, with who and why. Never changed and never forgotten: an
-- event that was not heard must not vanish without a trace.
CREATE TABLE discarded (
    topic    TEXT    NOT NULL,
    part     INTEGER NOT NULL,
    key      INTEGER NOT NULL,
    no       INTEGER NOT NULL CHECK (no >= 1),
    at       INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    event_at INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    why      TEXT    NOT NULL,
    actor    TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    PRIMARY KEY (topic, part, key, no)
) STRICT, WITHOUT ROWID;
