-- +goose Up

CREATE TABLE workspaces (
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  currency text NOT NULL,
  time_zone text NOT NULL,
  prices text NOT NULL,
  days_ready integer NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE customers (
  workspace_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  phone text COLLATE "C",
  email text COLLATE "C",
  name text COLLATE "C",
  active_chatbot boolean NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX customers_client ON customers (workspace_id, client_id);
CREATE UNIQUE INDEX customers_phone ON customers (workspace_id, phone);

CREATE TABLE usages (
  workspace_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  price bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  model text COLLATE "C",
  input_tokens integer,
  output_tokens integer,
  created_at bigint NOT NULL,
  recorded_at bigint NOT NULL,
  idempotency_key text COLLATE "C",
  voided_at bigint,
  void_reason text,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX usages_key ON usages (workspace_id, idempotency_key);
CREATE INDEX usages_time ON usages (workspace_id, created_at, id);
CREATE INDEX usages_client ON usages (workspace_id, client_id, created_at);

CREATE TABLE usage_buckets (
  workspace_id text COLLATE "C" NOT NULL,
  starts_at bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  model text COLLATE "C" NOT NULL,
  messages bigint NOT NULL,
  cost bigint NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  PRIMARY KEY (workspace_id, starts_at, kind, model)
);

CREATE TABLE client_days (
  workspace_id text COLLATE "C" NOT NULL,
  day integer NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  messages bigint NOT NULL,
  cost bigint NOT NULL,
  PRIMARY KEY (workspace_id, day, client_id)
);

CREATE TABLE api_keys (
  id uuid NOT NULL,
  name text NOT NULL,
  hash text COLLATE "C" NOT NULL,
  role text NOT NULL,
  workspace_id text COLLATE "C",
  created_at bigint NOT NULL,
  expires_at bigint,
  revoked_at bigint,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_workspace ON api_keys (workspace_id);
