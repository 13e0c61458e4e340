-- name: clear_buckets
DELETE FROM usage_buckets WHERE workspace_id = $1

-- name: fill_buckets
INSERT INTO usage_buckets (workspace_id, starts_at, kind, model, messages, cost, input_tokens, output_tokens)
SELECT workspace_id, created_at - created_at % 900000000, kind, COALESCE(model, ''), COUNT(*), SUM(price), SUM(COALESCE(input_tokens, 0)), SUM(COALESCE(output_tokens, 0))
FROM usages WHERE workspace_id = $1 AND voided_at IS NULL
GROUP BY 1, 2, 3, 4

-- name: clear_days
DELETE FROM client_days WHERE workspace_id = $1 AND day >= $2 AND day <= $3

-- name: set_days_ready
UPDATE workspaces SET days_ready = $2 WHERE id = $1

-- name: unready
SELECT id FROM workspaces WHERE days_ready < $1 ORDER BY id

-- name: all
SELECT id FROM workspaces ORDER BY id

-- name: next_usage
SELECT MIN(created_at) FROM usages WHERE workspace_id = $1 AND created_at >= $2 AND voided_at IS NULL

-- name: usage_after
SELECT created_at FROM usages WHERE workspace_id = $1 AND created_at >= $2
ORDER BY created_at LIMIT 1 OFFSET 200000

-- name: ends
SELECT MIN(created_at), MAX(created_at) FROM usages WHERE workspace_id = $1 AND voided_at IS NULL

-- name: day_ends
SELECT MIN(day), MAX(day) FROM client_days WHERE workspace_id = $1

-- name: days_between
SELECT day, client_id, messages, cost FROM client_days
WHERE workspace_id = $1 AND day >= $2 AND day <= $3

-- The raw rows and the rollup as one list of signed amounts: what does not
-- come to nothing differs. Wide sums travel as two halves.

-- name: differing_buckets
SELECT starts_at, kind, model, SUM(raw), SUM(kept),
  SUM(raw_hi), SUM(raw_lo), SUM(kept_hi), SUM(kept_lo),
  SUM(raw_in), SUM(kept_in), SUM(raw_out), SUM(kept_out)
FROM (
  SELECT created_at - created_at % 900000000 AS starts_at, kind, COALESCE(model, '') AS model,
    1 AS raw, price / 4294967296 AS raw_hi, price % 4294967296 AS raw_lo, COALESCE(input_tokens, 0) AS raw_in, COALESCE(output_tokens, 0) AS raw_out,
    0 AS kept, 0 AS kept_hi, 0 AS kept_lo, 0 AS kept_in, 0 AS kept_out
  FROM usages WHERE workspace_id = $1 AND voided_at IS NULL
  UNION ALL
  SELECT starts_at, kind, model, 0, 0, 0, 0, 0, messages, cost / 4294967296, cost % 4294967296, input_tokens, output_tokens
  FROM usage_buckets WHERE workspace_id = $1
) AS both_sides
GROUP BY starts_at, kind, model
HAVING SUM(raw) <> SUM(kept)
  OR (SUM(raw_hi) - SUM(kept_hi)) * 4294967296 + SUM(raw_lo) - SUM(kept_lo) <> 0
  OR SUM(raw_in) <> SUM(kept_in) OR SUM(raw_out) <> SUM(kept_out)
ORDER BY starts_at, kind, model
