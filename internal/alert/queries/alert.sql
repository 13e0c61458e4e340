-- Alerts, channels and deliveries. A row of alerts comes with its job, a
-- delivery too, in one transaction.

-- name: record
INSERT INTO alerts (workspace_id, id, client_id, event, once, facts, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, once) DO NOTHING
RETURNING id

-- name: known
SELECT COUNT(*) FROM alerts WHERE workspace_id = $1 AND once = $2

-- name: alerts
SELECT a.workspace_id, a.id, a.client_id, a.event, a.facts, a.created_at
FROM {{rows: workspace_id text, id uuid}}
JOIN alerts AS a ON a.workspace_id = rows.workspace_id AND a.id = rows.id

-- name: currency
SELECT currency FROM workspaces WHERE id = $1

-- name: channels
SELECT id, kind, name, target, events, secrets, failing_since, disabled_at, disabled_reason, version, created_at
FROM alert_channels WHERE workspace_id = $1 ORDER BY created_at, id

-- name: add_channel
INSERT INTO alert_channels (workspace_id, id, kind, name, target, events, secrets, version, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)

-- name: set_channel
UPDATE alert_channels SET name = $3, target = $4, events = $5, secrets = $6, failing_since = $7, disabled_at = $8, disabled_reason = $9, version = $10
WHERE workspace_id = $1 AND id = $2

-- name: mark_channel
UPDATE alert_channels SET failing_since = $3, disabled_at = $4, disabled_reason = $5 WHERE workspace_id = $1 AND id = $2

-- name: remove_channel
DELETE FROM alert_channels WHERE workspace_id = $1 AND id = $2

-- name: remove_attempts_of
DELETE FROM alert_attempts WHERE workspace_id = $1 AND delivery_id IN (
  SELECT id FROM alert_deliveries WHERE workspace_id = $1 AND channel_id = $2)

-- name: remove_deliveries_of
DELETE FROM alert_deliveries WHERE workspace_id = $1 AND channel_id = $2

-- name: add_delivery
INSERT INTO alert_deliveries (workspace_id, id, alert_id, channel_id, state, attempts, attempts_before, next_attempt_at, created_at)
VALUES ($1, $2, $3, $4, 'PENDING', 0, 0, $5, $5)
ON CONFLICT (workspace_id, alert_id, channel_id) DO NOTHING
RETURNING id

-- name: delivery
SELECT id, alert_id, channel_id, state, attempts, attempts_before, next_attempt_at, created_at FROM alert_deliveries
WHERE workspace_id = $1 AND id = $2

-- name: deliveries_of_alert
SELECT id, alert_id, channel_id, state, attempts, attempts_before, next_attempt_at, created_at FROM alert_deliveries
WHERE workspace_id = $1 AND alert_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3

-- name: deliveries_of_channel
SELECT id, alert_id, channel_id, state, attempts, attempts_before, next_attempt_at, created_at FROM alert_deliveries
WHERE workspace_id = $1 AND channel_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3

-- name: set_delivery
UPDATE alert_deliveries SET state = $3, attempts = $4, attempts_before = $5, next_attempt_at = $6 WHERE workspace_id = $1 AND id = $2

-- name: add_attempt
INSERT INTO alert_attempts (workspace_id, delivery_id, number, at, took_ms, status, answer, failure)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: attempts
SELECT a.delivery_id, a.number, a.at, a.took_ms, a.status, a.answer, a.failure
FROM {{rows: workspace_id text, delivery_id uuid}}
JOIN alert_attempts AS a ON a.workspace_id = rows.workspace_id AND a.delivery_id = rows.delivery_id
ORDER BY a.delivery_id, a.number

-- Retention.

-- name: prune_attempts
DELETE FROM alert_attempts WHERE workspace_id = $1 AND delivery_id IN (
  SELECT id FROM alert_deliveries WHERE workspace_id = $1 AND created_at < $2)

-- name: prune_deliveries
DELETE FROM alert_deliveries WHERE workspace_id = $1 AND created_at < $2

-- name: prune_alerts
DELETE FROM alerts WHERE workspace_id = $1 AND created_at < $2

-- name: overdue
SELECT id FROM alert_deliveries WHERE workspace_id = $1 AND state = 'PENDING' AND next_attempt_at < $2
