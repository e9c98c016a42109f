-- +goose Up

-- Since when the participant's hand is up; 0 is down. It is here so that a restart does not lower it.
ALTER TABLE meet_stay ADD COLUMN hand_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE meet_stay DROP COLUMN hand_at;
