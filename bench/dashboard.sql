-- What a dashboard shows, over the raw rows: the same text for PostgreSQL and
-- DuckDB. Both have the local time of each row beforehand, and nothing is
-- turned into text or taken apart row by row. {…} are literals, so that each
-- plan is made for them.

-- name: daily
SELECT day::date::text, messages, cost FROM (
  SELECT date_trunc('day', local) AS day, count(*) AS messages, sum(price) AS cost FROM usages
  WHERE workspace_id = {shop} AND local >= {start} AND local < {end} GROUP BY 1
) AS t ORDER BY day

-- name: heatmap
SELECT extract(isodow FROM hour)::int, extract(hour FROM hour)::int, sum(messages), sum(cost) FROM (
  SELECT date_trunc('hour', local) AS hour, count(*) AS messages, sum(price) AS cost FROM usages
  WHERE workspace_id = {shop} AND local >= {start} AND local < {end} GROUP BY 1
) AS t GROUP BY 1, 2 ORDER BY 1, 2

-- name: clients
SELECT t.client_id, t.messages, t.cost, c.name, c.phone FROM (
  SELECT client_id, count(*) AS messages, sum(price) AS cost FROM usages
  WHERE workspace_id = {shop} AND local >= {start} AND local < {end}
  GROUP BY client_id ORDER BY cost DESC, messages DESC, client_id LIMIT 50
) AS t LEFT JOIN customers AS c ON c.workspace_id = {shop} AND c.client_id = t.client_id
ORDER BY t.cost DESC, t.messages DESC, t.client_id

-- name: segments
WITH clients AS (
  SELECT sum(price) AS cost FROM usages WHERE workspace_id = {shop} AND local >= {start} AND local < {end} GROUP BY client_id
), ranked AS (
  SELECT row_number() OVER (ORDER BY cost DESC) AS n, sum(cost) OVER (ORDER BY cost DESC ROWS UNBOUNDED PRECEDING) AS running, sum(cost) OVER () AS total FROM clients
)
SELECT part, min(n), min(running) FROM ranked JOIN (VALUES (50), (80), (95)) AS parts (part) ON running * 100 >= total * part GROUP BY part ORDER BY part

-- name: kinds
SELECT kind, count(*), sum(price) FROM usages
WHERE workspace_id = {shop} AND local >= {start} AND local < {end} GROUP BY kind ORDER BY 3 DESC, kind

-- name: models
SELECT model, count(*), sum(price) FROM usages
WHERE workspace_id = {shop} AND local >= {start} AND local < {end} GROUP BY model ORDER BY 3 DESC, model

-- name: before: daily
SELECT day::date::text, messages, cost FROM (
  SELECT date_trunc('day', local) AS day, count(*) AS messages, sum(price) AS cost FROM usages
  WHERE workspace_id = {shop} AND local >= {before} AND local < {start} GROUP BY 1
) AS t ORDER BY day

-- name: before: clients
SELECT t.client_id, t.cost, c.name FROM (
  SELECT client_id, count(*) AS messages, sum(price) AS cost FROM usages
  WHERE workspace_id = {shop} AND local >= {before} AND local < {start}
  GROUP BY client_id ORDER BY cost DESC, messages DESC, client_id LIMIT 50
) AS t LEFT JOIN customers AS c ON c.workspace_id = {shop} AND c.client_id = t.client_id
ORDER BY t.cost DESC, t.messages DESC, t.client_id

-- name: before: kinds
SELECT kind, sum(price) FROM usages
WHERE workspace_id = {shop} AND local >= {before} AND local < {start} GROUP BY kind ORDER BY 2 DESC, kind

-- name: months
SELECT substr(month::date::text, 1, 7), messages, cost FROM (
  SELECT date_trunc('month', local) AS month, count(*) AS messages, sum(price) AS cost FROM usages
  WHERE workspace_id = {shop} AND local >= {months} AND local < {end} GROUP BY 1
) AS t ORDER BY month

-- name: month before to date
SELECT coalesce(sum(price), 0) FROM usages WHERE workspace_id = {shop} AND local >= {last_month} AND local < {to_date}
