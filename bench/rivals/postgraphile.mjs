// PostGraphile as its manual advises for production: a worker a processor, no
// query log, no GraphiQL, many roundtrips saved where it can.
// Arguments: database URL, schema, address.
import cluster from "node:cluster";
import { createServer } from "node:http";
import { availableParallelism } from "node:os";
import aggregates from "@graphile/pg-aggregates";
import pg from "pg";
import { postgraphile } from "postgraphile";
import filter from "postgraphile-plugin-connection-filter";

const [url, schema, address] = process.argv.slice(2);
if (cluster.isPrimary) {
  for (let i = 0; i < availableParallelism(); i++) cluster.fork();
  cluster.on("exit", (worker, code) => {
    if (!worker.exitedAfterDisconnect) process.exit(code || 1);
  });
  process.on("SIGTERM", () => process.exit(0));
} else {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  const handler = postgraphile(pool, schema, {
    appendPlugins: [filter.default ?? filter, aggregates.default ?? aggregates],
    disableQueryLog: true,
    dynamicJson: true,
    enableQueryBatching: true,
    extendedErrors: ["errcode"],
    graphiql: false,
    ignoreRBAC: false,
    legacyRelations: "omit",
    setofFunctionsContainNulls: false,
  });
  const [host, port] = address.split(":");
  createServer((request, response) => {
    if (request.url === "/readyz") response.end("ready");
    else handler(request, response);
  }).listen(Number(port), host);
}
