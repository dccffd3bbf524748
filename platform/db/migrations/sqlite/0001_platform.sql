-- What every service's database holds besides its own tables.

-- One running batch loop: its fence (epoch), the outbox's next number and what was published.
CREATE TABLE writer (
    id          INTEGER NOT NULL PRIMARY KEY,
    epoch       INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    batch_no    INTEGER NOT NULL,
    next_seq    INTEGER NOT NULL,
    sent_seq    INTEGER NOT NULL CHECK (sent_seq < next_seq),
    last_ms     INTEGER NOT NULL,
    timers_from INTEGER NOT NULL
) STRICT;

-- Facts in commit order. On the embedded log this is the log.
CREATE TABLE outbox (
    writer   INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    saga_id  INTEGER,
    key      INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (writer, seq)
) STRICT, WITHOUT ROWID;

-- How far each topic was read, and the last event read there, so that a changed log is noticed.
CREATE TABLE consumed (
    consumer TEXT    NOT NULL,
    topic    TEXT    NOT NULL,
    part     INTEGER NOT NULL,
    next     INTEGER NOT NULL,
    last_id  TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (consumer, topic, part)
) STRICT, WITHOUT ROWID;

-- What is remembered of a saga's step where no ledger row tells it.
CREATE TABLE saga_fence (
    saga_id INTEGER NOT NULL,
    step    INTEGER NOT NULL,
    state   INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    at      INTEGER NOT NULL,
    PRIMARY KEY (saga_id, step)
) STRICT, WITHOUT ROWID;

-- Answered commands by caller, route and key: what they were and what they made.
CREATE TABLE idempotency (
    scope       TEXT    NOT NULL PRIMARY KEY,
    fingerprint BLOB    NOT NULL,
    reference   INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events set aside: a poisoned key's queue, and events of orders not yet known.
CREATE TABLE parked (
    topic    TEXT    NOT NULL,
    part     INTEGER NOT NULL,
    key      INTEGER NOT NULL,
    no       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    event_at INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    why      TEXT    NOT NULL,
    waits    INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    retry_at INTEGER NOT NULL,
    PRIMARY KEY (topic, part, key, no)
) STRICT, WITHOUT ROWID;
