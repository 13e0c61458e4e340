-- The way in. Rows of one call are sorted by their key, so that two
-- transactions never wait for each other.

-- name: accounts
SELECT w.id, w.currency, w.time_zone, w.prices, w.days_ready, w.budgeted
FROM {{rows: workspace_id text}}
JOIN workspaces AS w ON w.id = rows.workspace_id

-- name: parties_by_client
SELECT c.workspace_id, c.client_id, c.active_chatbot
FROM {{rows: workspace_id text, client_id text}}
JOIN customers AS c ON c.workspace_id = rows.workspace_id AND c.client_id = rows.client_id

-- name: parties_by_phone
SELECT c.workspace_id, c.client_id, c.active_chatbot, c.phone
FROM {{rows: workspace_id text, phone text}}
JOIN customers AS c ON c.workspace_id = rows.workspace_id AND c.phone = rows.phone

-- The same where clients have budgets of their own: which ones.

-- name: limited_by_client
SELECT c.workspace_id, c.client_id, c.active_chatbot, b.client_id
FROM {{rows: workspace_id text, client_id text}}
JOIN customers AS c ON c.workspace_id = rows.workspace_id AND c.client_id = rows.client_id
LEFT JOIN budgets AS b ON b.workspace_id = rows.workspace_id AND b.client_id = rows.client_id

-- name: limited_by_phone
SELECT c.workspace_id, c.client_id, c.active_chatbot, c.phone, b.client_id
FROM {{rows: workspace_id text, phone text}}
JOIN customers AS c ON c.workspace_id = rows.workspace_id AND c.phone = rows.phone
LEFT JOIN budgets AS b ON b.workspace_id = rows.workspace_id AND b.client_id = c.client_id

-- name: insert
INSERT INTO usages (workspace_id, id, client_id, price, kind, model, input_tokens, output_tokens, created_at, recorded_at, idempotency_key)
SELECT workspace_id, id, client_id, price, kind, model, input_tokens, output_tokens, created_at, recorded_at, idempotency_key
FROM {{rows: workspace_id text, id uuid, client_id text, price bigint, kind text, model text, input_tokens integer, output_tokens integer, created_at bigint, recorded_at bigint, idempotency_key text}}
WHERE true
ON CONFLICT (workspace_id, idempotency_key) DO NOTHING
RETURNING id

-- Where no row has an idempotency key there is nothing to conflict with.

-- name: insert_without_keys
INSERT INTO usages (workspace_id, id, client_id, price, kind, model, input_tokens, output_tokens, created_at, recorded_at)
SELECT workspace_id, id, client_id, price, kind, model, input_tokens, output_tokens, created_at, recorded_at
FROM {{rows: workspace_id text, id uuid, client_id text, price bigint, kind text, model text, input_tokens integer, output_tokens integer, created_at bigint, recorded_at bigint}}

-- name: first_of_key
SELECT u.workspace_id, u.id, u.client_id, u.price, u.kind, u.model, u.input_tokens, u.output_tokens, u.created_at, u.recorded_at, u.idempotency_key, u.voided_at, u.void_reason
FROM {{rows: workspace_id text, idempotency_key text}}
JOIN usages AS u ON u.workspace_id = rows.workspace_id AND u.idempotency_key = rows.idempotency_key

-- A row that the sum would overflow is left alone: fewer rows change than
-- came, and the caller looks closer.

-- name: add_buckets
INSERT INTO usage_buckets AS t (workspace_id, starts_at, kind, model, messages, cost, input_tokens, output_tokens)
SELECT workspace_id, starts_at, kind, model, messages, cost, input_tokens, output_tokens
FROM {{rows: workspace_id text, starts_at bigint, kind text, model text, messages bigint, cost bigint, input_tokens bigint, output_tokens bigint}}
WHERE true
ON CONFLICT (workspace_id, starts_at, kind, model) DO UPDATE SET
  messages = t.messages + excluded.messages,
  cost = t.cost + excluded.cost,
  input_tokens = t.input_tokens + excluded.input_tokens,
  output_tokens = t.output_tokens + excluded.output_tokens
WHERE t.cost <= 9223372036854775807 - excluded.cost
  AND t.input_tokens <= 9223372036854775807 - excluded.input_tokens
  AND t.output_tokens <= 9223372036854775807 - excluded.output_tokens

-- name: add_days
INSERT INTO client_days AS t (workspace_id, day, client_id, messages, cost)
SELECT workspace_id, day, client_id, messages, cost
FROM {{rows: workspace_id text, day integer, client_id text, messages bigint, cost bigint}}
WHERE true
ON CONFLICT (workspace_id, day, client_id) DO UPDATE SET
  messages = t.messages + excluded.messages,
  cost = t.cost + excluded.cost
WHERE t.cost <= 9223372036854775807 - excluded.cost

-- name: bucket_sums
SELECT t.workspace_id, t.starts_at, t.kind, t.model, t.cost, t.input_tokens, t.output_tokens
FROM {{rows: workspace_id text, starts_at bigint, kind text, model text}}
JOIN usage_buckets AS t ON t.workspace_id = rows.workspace_id AND t.starts_at = rows.starts_at AND t.kind = rows.kind AND t.model = rows.model

-- name: day_sums
SELECT t.workspace_id, t.day, t.client_id, t.cost
FROM {{rows: workspace_id text, day integer, client_id text}}
JOIN client_days AS t ON t.workspace_id = rows.workspace_id AND t.day = rows.day AND t.client_id = rows.client_id
