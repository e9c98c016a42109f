-- +goose Up
-- +goose StatementBegin
CREATE TABLE org_municipality (
    id      BIGINT PRIMARY KEY CHECK (id = 1), -- there is one
    name    TEXT NOT NULL,
    contact TEXT NOT NULL
);
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TABLE org_office (
    id        TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    address   TEXT NOT NULL,
    place     BIGINT NOT NULL, -- on screens, from 1
    down_kbps BIGINT NOT NULL, -- of its line; 0 = not known
    up_kbps   BIGINT NOT NULL
);
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TABLE org_subnet (
    prefix TEXT PRIMARY KEY, -- 10.20.0.0/16: a network is in one building
    office TEXT NOT NULL REFERENCES org_office (id)
);
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TABLE org_department (
    id     TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    parent TEXT NOT NULL, -- '' at the top
    place  BIGINT NOT NULL
);
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TABLE org_person (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    kana       TEXT NOT NULL,
    post       TEXT NOT NULL,
    department TEXT NOT NULL REFERENCES org_department (id),
    office     TEXT NOT NULL REFERENCES org_office (id)
);
-- +goose StatementEnd

-- +goose Down
DROP TABLE org_person;
DROP TABLE org_department;
DROP TABLE org_subnet;
DROP TABLE org_office;
DROP TABLE org_municipality;
