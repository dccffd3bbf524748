-- An account. Role: 1 shopper, 2 operator, 3 admin. Status: 1 active, 2 deactivated.
CREATE TABLE user (
    user_id       INTEGER NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    phone         TEXT,
    address       TEXT,
    password_hash TEXT    NOT NULL,
    role          INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
    status        INTEGER NOT NULL CHECK (status BETWEEN 1 AND 2),
    created_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL CHECK (version >= 1)
) STRICT;

-- Whose an email is. Its key is what keeps emails unique, also after an account is closed.
CREATE TABLE user_email (
    email   TEXT    NOT NULL PRIMARY KEY CHECK (email = lower(email)),
    user_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
