-- +goose Up

CREATE TABLE workspaces (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  currency TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  prices TEXT NOT NULL,
  days_ready INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE customers (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  phone TEXT,
  email TEXT,
  name TEXT,
  active_chatbot INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX customers_client ON customers (workspace_id, client_id);
CREATE UNIQUE INDEX customers_phone ON customers (workspace_id, phone);

CREATE TABLE usages (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  price INTEGER NOT NULL,
  kind TEXT NOT NULL,
  model TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  created_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  idempotency_key TEXT,
  voided_at INTEGER,
  void_reason TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX usages_key ON usages (workspace_id, idempotency_key);
CREATE INDEX usages_time ON usages (workspace_id, created_at, id);
CREATE INDEX usages_client ON usages (workspace_id, client_id, created_at);

CREATE TABLE usage_buckets (
  workspace_id TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  messages INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, starts_at, kind, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_days (
  workspace_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  messages INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, day, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  role TEXT NOT NULL,
  workspace_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_workspace ON api_keys (workspace_id);
