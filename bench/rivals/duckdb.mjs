// DuckDB on a file of its own. Argument: the file. Each line of standard input
// is a list of statements; each line of standard output has what the last row
// sets were, as texts, and the milliseconds that all of it took.
import { createInterface } from "node:readline";
import { DuckDBInstance } from "@duckdb/node-api";

const connection = await (await DuckDBInstance.create(process.argv[2])).connect();
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const started = performance.now();
    const sets = [];
    for (const statement of JSON.parse(line)) sets.push(await (await connection.runAndReadAll(statement)).getRows());
    const ms = performance.now() - started;
    answer = { ms, sets: sets.map((rows) => rows.map((row) => row.map((value) => (value === null ? "" : String(value))))) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
