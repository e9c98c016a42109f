-- +goose Up
-- Rows of audit_entry are only ever inserted. The primary key keeps two entries from having one number.
CREATE TABLE audit_entry (
    seq     BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL, -- microseconds UTC
    account TEXT   NOT NULL,
    guest   TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    address TEXT   NOT NULL,
    request TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    target  TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    detail  TEXT   NOT NULL, -- JSON object, keys sorted
    prev    BYTEA  NOT NULL,
    hash    BYTEA  NOT NULL
);
CREATE INDEX audit_entry_at ON audit_entry (at);
CREATE INDEX audit_entry_account ON audit_entry (account, seq);
CREATE INDEX audit_entry_target ON audit_entry (target, seq);

-- One row: the last entry, so that cutting the end off shows too.
CREATE TABLE audit_head (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    at   BIGINT NOT NULL,
    hash BYTEA  NOT NULL
);
