-- +goose Up

ALTER TABLE workspaces ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE workspaces ADD COLUMN report_hour INTEGER NOT NULL DEFAULT 8;

CREATE TABLE alerts (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  client_id TEXT,
  event TEXT NOT NULL,
  once TEXT,
  facts TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX alerts_once ON alerts (workspace_id, once);
CREATE INDEX alerts_time ON alerts (workspace_id, created_at, id);

CREATE TABLE alert_channels (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  target TEXT NOT NULL,
  events TEXT NOT NULL,
  secrets TEXT NOT NULL,
  failing_since INTEGER,
  disabled_at INTEGER,
  disabled_reason TEXT,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE alert_deliveries (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  attempts_before INTEGER NOT NULL,
  next_attempt_at INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX alert_deliveries_alert ON alert_deliveries (workspace_id, alert_id, channel_id);
CREATE INDEX alert_deliveries_channel ON alert_deliveries (workspace_id, channel_id, created_at, id);

CREATE TABLE alert_attempts (
  workspace_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  status INTEGER,
  answer TEXT NOT NULL,
  failure TEXT NOT NULL,
  PRIMARY KEY (workspace_id, delivery_id, number)
);

-- Whoever counts next looks at the budget, and finds the next of its thresholds.
UPDATE month_costs SET ceiling = -1;
