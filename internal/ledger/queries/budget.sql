-- Budgets, and the counter of what their months come to. A row of the counter
-- is made and removed by who works alone in its workspace; it is added to,
-- like a rollup's, by whoever counts.

-- A cost is high * 2^32 + low, and so is what is added, which may be negative
-- in high alone. The answer is what the month comes to, this transaction's
-- part included. A row that wasn't there gets the ceiling that came with it.

-- name: add_months
INSERT INTO month_costs AS t (workspace_id, client_id, month, cost_high, cost_low, ceiling)
SELECT workspace_id, client_id, month, cost_high, cost_low, ceiling
FROM {{rows: workspace_id text, client_id text, month integer, cost_high bigint, cost_low bigint, ceiling bigint}}
WHERE true
ON CONFLICT (workspace_id, client_id, month) DO UPDATE SET
  cost_high = t.cost_high + excluded.cost_high + (t.cost_low + excluded.cost_low) / 4294967296,
  cost_low = (t.cost_low + excluded.cost_low) % 4294967296
RETURNING workspace_id, client_id, month, cost_high, cost_low, ceiling

-- A single row that is there, which is most of what is counted, needs no
-- relation of rows, and is planned in half the time.

-- name: add_month
UPDATE month_costs SET
  cost_high = cost_high + $4 + (cost_low + $5) / 4294967296,
  cost_low = (cost_low + $5) % 4294967296
WHERE workspace_id = $1 AND client_id = $2 AND month = $3
RETURNING workspace_id, client_id, month, cost_high, cost_low, ceiling

-- name: of_months
SELECT b.workspace_id, b.client_id, b.monthly_limit, b.thresholds, b.enforcement, b.version, rows.month, m.cost_high, m.cost_low
FROM {{rows: workspace_id text, client_id text, month integer}}
JOIN budgets AS b ON b.workspace_id = rows.workspace_id AND b.client_id = rows.client_id
LEFT JOIN month_costs AS m ON m.workspace_id = rows.workspace_id AND m.client_id = rows.client_id AND m.month = rows.month

-- name: set_budget
INSERT INTO budgets AS t (workspace_id, client_id, monthly_limit, thresholds, enforcement, version, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, client_id) DO UPDATE SET
  monthly_limit = excluded.monthly_limit, thresholds = excluded.thresholds, enforcement = excluded.enforcement,
  version = excluded.version, updated_at = excluded.updated_at

-- name: set_ceilings
UPDATE month_costs SET ceiling = $3 WHERE workspace_id = $1 AND client_id = $2

-- name: set_month_ceiling
UPDATE month_costs SET ceiling = $4 WHERE workspace_id = $1 AND client_id = $2 AND month = $3

-- name: remove_budget
DELETE FROM budgets WHERE workspace_id = $1 AND client_id = $2

-- name: clear_months_of
DELETE FROM month_costs WHERE workspace_id = $1 AND client_id = $2

-- name: clear_months
DELETE FROM month_costs WHERE workspace_id = $1

-- name: budget_ends
SELECT MIN(client_id), MAX(client_id) FROM budgets WHERE workspace_id = $1

-- name: set_budgeted
UPDATE workspaces SET budgeted = $2 WHERE id = $1

-- name: months
SELECT client_id, month, cost_high, cost_low FROM month_costs WHERE workspace_id = $1 ORDER BY month, client_id

-- All that an allowance depends on, of the two months one of which is the
-- local one: the zone tells, which the same statement reads.

-- name: standing_by_client
SELECT w.id, w.currency, w.time_zone, w.prices, w.days_ready, c.client_id, c.active_chatbot,
  b.client_id, b.monthly_limit, b.thresholds, b.enforcement, b.version, m.month, m.cost_high, m.cost_low
FROM workspaces AS w
LEFT JOIN customers AS c ON c.workspace_id = $1 AND c.client_id = $2
LEFT JOIN budgets AS b ON b.workspace_id = $1 AND b.client_id IN ('', c.client_id)
LEFT JOIN month_costs AS m ON m.workspace_id = $1 AND m.client_id = b.client_id AND m.month IN ($3, $4)
WHERE w.id = $1

-- name: standing_by_phone
SELECT w.id, w.currency, w.time_zone, w.prices, w.days_ready, c.client_id, c.active_chatbot,
  b.client_id, b.monthly_limit, b.thresholds, b.enforcement, b.version, m.month, m.cost_high, m.cost_low
FROM workspaces AS w
LEFT JOIN customers AS c ON c.workspace_id = $1 AND c.phone = $2
LEFT JOIN budgets AS b ON b.workspace_id = $1 AND b.client_id IN ('', c.client_id)
LEFT JOIN month_costs AS m ON m.workspace_id = $1 AND m.client_id = b.client_id AND m.month IN ($3, $4)
WHERE w.id = $1
