-- +goose Up
-- +goose StatementBegin
CREATE TABLE auth_account (
    id            TEXT PRIMARY KEY,
    person        TEXT NOT NULL,
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    roles         TEXT NOT NULL, -- ',admin,staff,': each role between commas
    disabled      BOOLEAN NOT NULL,
    must_change   BOOLEAN NOT NULL,
    loopback_only BOOLEAN NOT NULL,
    last_sign_in  BIGINT NOT NULL, -- microseconds UTC; 0 = never
    created_at    BIGINT NOT NULL
);
-- +goose StatementEnd
-- +goose StatementBegin
-- Apart from the account, so that no query of accounts can carry a hash by mistake.
CREATE TABLE auth_password (
    account TEXT PRIMARY KEY REFERENCES auth_account (id),
    hash    TEXT NOT NULL
);
-- +goose StatementEnd
-- +goose StatementBegin
-- An ended session stays for a while: it says where the account signed in from.
CREATE TABLE auth_session (
    hash       TEXT PRIMARY KEY, -- SHA-256 of the secret
    account    TEXT NOT NULL REFERENCES auth_account (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL, -- 0 = not ended
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL
);
-- +goose StatementEnd
-- +goose StatementBegin
CREATE INDEX auth_session_account ON auth_session (account, address);
-- +goose StatementEnd
-- +goose StatementBegin
CREATE INDEX auth_session_ended ON auth_session (ended_at, expires_at);
-- +goose StatementEnd
-- +goose StatementBegin
-- At most one row: the token for the first account, until it is used.
CREATE TABLE auth_setup (
    id         BIGINT PRIMARY KEY CHECK (id = 1),
    token      TEXT NOT NULL, -- SHA-256
    created_at BIGINT NOT NULL
);
-- +goose StatementEnd

-- +goose Down
DROP TABLE auth_setup;
DROP TABLE auth_session;
DROP TABLE auth_password;
DROP TABLE auth_account;
