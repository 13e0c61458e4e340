-- +goose Up

ALTER TABLE workspaces ADD COLUMN budgeted INTEGER NOT NULL DEFAULT 0;

CREATE TABLE budgets (
  workspace_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  monthly_limit INTEGER NOT NULL,
  thresholds TEXT NOT NULL,
  enforcement TEXT NOT NULL,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE month_costs (
  workspace_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  month INTEGER NOT NULL,
  cost_high INTEGER NOT NULL,
  cost_low INTEGER NOT NULL,
  ceiling INTEGER,
  PRIMARY KEY (workspace_id, client_id, month)
) STRICT, WITHOUT ROWID;
