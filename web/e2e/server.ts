import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { test as base } from "@playwright/test";

/** A running Contatore that holds the sample data. */
export interface Server {
  /** Its origin, without a slash at the end. */
  readonly url: string;
  /** The secret of a key with role ADMIN. */
  readonly key: string;
}

const binary = path.resolve(import.meta.dirname, "../../bin/contatore");

/**
 * Tests with a server: the one of CONTATORE_URL, whose key is CONTATORE_KEY, or
 * a fresh one that ends with the tests.
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
      const folder = await mkdtemp(path.join(tmpdir(), "contatore-e2e-"));
      const secret = crypto.randomUUID();
      const child = spawn(
        binary,
        ["serve", "--demo", "--addr", "127.0.0.1:0", "--database-url", `sqlite://${path.join(folder, "x.db")}`, "--admin-key", secret],
        { stdio: ["ignore", "pipe", "pipe"] },
      );
      createInterface({ input: child.stderr }).on("line", (line) => {
        if (!line.includes('"level":"INFO"')) console.error(line);
      });
      try {
        let address: string | undefined;
        for await (const line of createInterface({ input: child.stdout })) {
          address = /^Listening on (http:\/\/\S+)$/.exec(line)?.[1];
          if (address !== undefined) break;
        }
        if (address === undefined) throw new Error(`${binary} ended without telling its address`);
        child.stdout.resume();
        await provide({ url: address, key: secret });
      } finally {
        if (child.exitCode === null && child.kill("SIGTERM")) await once(child, "exit");
        await rm(folder, { recursive: true });
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],
});
