-- +goose Up

CREATE TABLE late_days (
  workspace_id text COLLATE "C" NOT NULL,
  day integer NOT NULL,
  changes bigint NOT NULL,
  PRIMARY KEY (workspace_id, day)
);
