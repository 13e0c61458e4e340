-- +goose Up

ALTER TABLE workspaces ADD COLUMN budgeted integer NOT NULL DEFAULT 0;

CREATE TABLE budgets (
  workspace_id text COLLATE "C" NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  monthly_limit bigint NOT NULL,
  thresholds text NOT NULL,
  enforcement text NOT NULL,
  version integer NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (workspace_id, client_id)
);

CREATE TABLE month_costs (
  workspace_id text COLLATE "C" NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  month integer NOT NULL,
  cost_high bigint NOT NULL,
  cost_low bigint NOT NULL,
  ceiling bigint,
  PRIMARY KEY (workspace_id, client_id, month)
);
