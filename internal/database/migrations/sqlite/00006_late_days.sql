-- +goose Up

CREATE TABLE late_days (
  workspace_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, day)
);
