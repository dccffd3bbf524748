-- A login and the refresh tokens that followed from it: only the newest number is good, and the
-- one before it for a moment. Gone means revoked.
CREATE TABLE token_family (
    user_id    INTEGER NOT NULL,
    family     INTEGER NOT NULL,
    number     INTEGER NOT NULL CHECK (number >= 1),
    rotated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL CHECK (ends_at >= expires_at),
    PRIMARY KEY (user_id, family)
) STRICT, WITHOUT ROWID;
