-- +goose Up
CREATE TABLE meet_meeting (
    id        TEXT    NOT NULL PRIMARY KEY,
    number    TEXT    NOT NULL,
    pin       TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('scheduled', 'open', 'ended')),
    host      TEXT    NOT NULL, -- subject
    host_name TEXT    NOT NULL,
    host_dept TEXT    NOT NULL,
    locked    BOOLEAN NOT NULL,
    guests    BOOLEAN NOT NULL,
    starts_at BIGINT  NOT NULL, -- all times: microseconds UTC; 0 = never
    ends_at   BIGINT  NOT NULL,
    opened_at BIGINT  NOT NULL,
    ended_at  BIGINT  NOT NULL,
    messages  BIGINT  NOT NULL  -- the number of the last chat message
);
-- A number belongs to one living meeting; an ended one keeps its own for the books.
CREATE UNIQUE INDEX meet_meeting_number ON meet_meeting (number) WHERE state <> 'ended';
CREATE INDEX meet_meeting_starts ON meet_meeting (starts_at);
CREATE INDEX meet_meeting_open ON meet_meeting (starts_at, id) WHERE state = 'open';
CREATE INDEX meet_meeting_living ON meet_meeting (ends_at, id) WHERE state <> 'ended';

CREATE TABLE meet_participant (
    id          TEXT    NOT NULL PRIMARY KEY,
    meeting     TEXT    NOT NULL REFERENCES meet_meeting (id),
    subject     TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    department  TEXT    NOT NULL,
    office      TEXT    NOT NULL,
    invited     BOOLEAN NOT NULL,
    admitted_at BIGINT  NOT NULL,
    removed_at  BIGINT  NOT NULL,
    UNIQUE (meeting, subject)
);

CREATE TABLE meet_guest (
    id         TEXT   NOT NULL PRIMARY KEY,
    meeting    TEXT   NOT NULL REFERENCES meet_meeting (id),
    name       TEXT   NOT NULL,
    secret     TEXT   NOT NULL UNIQUE, -- SHA-256 of what the guest's browser holds
    expires_at BIGINT NOT NULL
);
CREATE INDEX meet_guest_meeting ON meet_guest (meeting);

CREATE TABLE meet_stay (
    id          TEXT   NOT NULL PRIMARY KEY,
    meeting     TEXT   NOT NULL REFERENCES meet_meeting (id),
    participant TEXT   NOT NULL REFERENCES meet_participant (id),
    path        TEXT   NOT NULL CHECK (path IN ('udp', 'relay', 'unknown')),
    joined_at   BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    left_at     BIGINT NOT NULL,
    ended_by    TEXT   NOT NULL CHECK (ended_by IN ('', 'left', 'moved', 'removed', 'ended', 'restart')),
    CHECK ((left_at = 0) = (ended_by = ''))
);
CREATE INDEX meet_stay_meeting ON meet_stay (meeting, joined_at, id);
-- Nobody is in one meeting twice at the same time.
CREATE UNIQUE INDEX meet_stay_open ON meet_stay (participant) WHERE left_at = 0;

CREATE TABLE meet_message (
    meeting     TEXT    NOT NULL REFERENCES meet_meeting (id),
    number      BIGINT  NOT NULL CHECK (number > 0),
    participant TEXT    NOT NULL REFERENCES meet_participant (id),
    key         TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    guest       BOOLEAN NOT NULL,
    text        TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    PRIMARY KEY (meeting, number),
    UNIQUE (participant, key)
);

-- +goose Down
DROP TABLE meet_message;
DROP TABLE meet_stay;
DROP TABLE meet_guest;
DROP TABLE meet_participant;
DROP TABLE meet_meeting;
