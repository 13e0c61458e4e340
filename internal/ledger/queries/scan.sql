-- What nearly every question reads.

-- name: account
SELECT id, currency, time_zone, prices, days_ready FROM workspaces WHERE id = $1

-- name: quarters
SELECT starts_at, '', '', SUM(messages), SUM(cost / 4294967296), SUM(cost % 4294967296)
FROM {{rows: since bigint, until bigint}} CROSS JOIN usage_buckets
WHERE workspace_id = $1 AND starts_at >= since AND starts_at < until
GROUP BY starts_at

-- name: labelled_quarters
SELECT starts_at, kind, model, messages, cost / 4294967296, cost % 4294967296
FROM {{rows: since bigint, until bigint}} CROSS JOIN usage_buckets
WHERE workspace_id = $1 AND starts_at >= since AND starts_at < until

-- name: names
SELECT client_id, name, phone
FROM {{rows: id text}} CROSS JOIN customers
WHERE workspace_id = $1 AND client_id = rows.id
