import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { test as base } from "@playwright/test";

/** A running Contatore. */
export interface Server {
  /** Its origin, without a slash at the end. */
  readonly url: string;
  /** The secret of a key with role ADMIN. */
  readonly key: string;
}

/** A Contatore of a test's own, which can be stopped and started again. */
export interface OwnServer extends Server {
  readonly stop: () => Promise<void>;
  /** Starts it where it was, on the same port. */
  readonly start: () => Promise<void>;
}

const root = path.resolve(import.meta.dirname, "../..");
const binary = process.env.CONTATORE_BINARY ?? path.join(root, "bin/contatore");

/** Starts a server that may tell this machine; `demo` fills an empty database with the sample data. */
export async function serve({ databaseUrl, demo = true }: { databaseUrl: string; demo?: boolean }): Promise<OwnServer> {
  const key = crypto.randomUUID();
  const run = async (addr: string) => {
    const child = spawn(binary, ["serve", ...(demo ? ["--demo"] : []), "--addr", addr, "--database-url", databaseUrl, "--admin-key", key, "--webhook-allow", "127.0.0.1"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (!line.includes('"level":"INFO"')) console.error(line);
    });
    let address: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      address = /^Listening on (http:\/\/\S+)$/.exec(line)?.[1];
      if (address !== undefined) break;
    }
    if (address === undefined) throw new Error(`${binary} ended without telling its address`);
    child.stdout.resume();
    return { child, address };
  };
  let running = await run("127.0.0.1:0");
  const url = running.address;
  return {
    url,
    key,
    stop: async () => {
      const { child } = running;
      if (child.exitCode === null && child.kill("SIGTERM")) await once(child, "exit");
    },
    start: async () => {
      running = await run(new URL(url).host);
    },
  };
}

/** A new SQLite database's URL, and how to remove it. */
export async function sqlite(): Promise<{ databaseUrl: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "contatore-e2e-"));
  return {
    databaseUrl: `sqlite://${path.join(folder, "x.db")}`,
    remove: () => rm(folder, { recursive: true }),
  };
}

/** A new PostgreSQL's URL, and how to end it. */
export async function postgres(): Promise<{ databaseUrl: string; remove: () => Promise<void> }> {
  const child = spawn("sh", [path.join(root, "internal/testkit/postgres.sh")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [databaseUrl] = (await Promise.race([once(lines, "line"), once(child, "exit")])) as [unknown];
  if (typeof databaseUrl !== "string") throw new Error("PostgreSQL did not start: install Debian's package postgresql");
  return {
    databaseUrl,
    remove: async () => {
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    },
  };
}

/**
 * Tests with a server: the one of CONTATORE_URL, whose key is CONTATORE_KEY, or
 * a fresh one with the sample data that ends with the tests.
 */
export const test = base.extend<object, { server: Server }>({
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's form
    async ({}, provide) => {
      const { CONTATORE_URL: url, CONTATORE_KEY: key } = process.env;
      if (url !== undefined) {
        if (key === undefined) throw new Error("CONTATORE_URL is set; set CONTATORE_KEY to a key with role ADMIN of that server");
        await provide({ url: url.replace(/\/$/, ""), key });
        return;
      }
      const { databaseUrl, remove } = await sqlite();
      try {
        const server = await serve({ databaseUrl });
        try {
          await provide(server);
        } finally {
          await server.stop();
        }
      } finally {
        await remove();
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],
});
