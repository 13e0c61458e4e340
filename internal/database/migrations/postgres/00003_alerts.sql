-- +goose Up

ALTER TABLE workspaces ADD COLUMN language text NOT NULL DEFAULT 'en';
ALTER TABLE workspaces ADD COLUMN report_hour integer NOT NULL DEFAULT 8;

CREATE TABLE alerts (
  workspace_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  client_id text COLLATE "C",
  event text COLLATE "C" NOT NULL,
  once text COLLATE "C",
  facts text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX alerts_once ON alerts (workspace_id, once);
CREATE INDEX alerts_time ON alerts (workspace_id, created_at, id);

CREATE TABLE alert_channels (
  workspace_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  target text NOT NULL,
  events text NOT NULL,
  secrets text NOT NULL,
  failing_since bigint,
  disabled_at bigint,
  disabled_reason text,
  version integer NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE alert_deliveries (
  workspace_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  alert_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  state text NOT NULL,
  attempts integer NOT NULL,
  attempts_before integer NOT NULL,
  next_attempt_at bigint,
  created_at bigint NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX alert_deliveries_alert ON alert_deliveries (workspace_id, alert_id, channel_id);
CREATE INDEX alert_deliveries_channel ON alert_deliveries (workspace_id, channel_id, created_at, id);

CREATE TABLE alert_attempts (
  workspace_id text COLLATE "C" NOT NULL,
  delivery_id uuid NOT NULL,
  number integer NOT NULL,
  at bigint NOT NULL,
  took_ms integer NOT NULL,
  status integer,
  answer text NOT NULL,
  failure text NOT NULL,
  PRIMARY KEY (workspace_id, delivery_id, number)
);

-- Whoever counts next looks at the budget, and finds the next of its thresholds.
UPDATE month_costs SET ceiling = -1;
