import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page } from "@playwright/test";
import { test as withServer, type Server } from "./server";

const examples = path.resolve(import.meta.dirname, "../src/graphiql/examples");
const operations = readdirSync(examples)
  .filter((name) => name.endsWith(".graphql"))
  .map((name) => /^(?:query|mutation) (\w+)/m.exec(readFileSync(path.join(examples, name), "utf8"))?.[1] ?? name);

interface Watch {
  /** Every address asked for, by the page and its workers. */
  readonly requests: string[];
  /** What the browser's console called an error, policy violations among it. */
  readonly complaints: string[];
}

const test = withServer.extend<{ watch: Watch }>({
  watch: async ({ page }, provide) => {
    const watch: Watch = { requests: [], complaints: [] };
    page.on("request", (request) => watch.requests.push(request.url()));
    page.on("pageerror", (error) => watch.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || /content security policy/i.test(message.text())) watch.complaints.push(message.text());
    });
    await provide(watch);
  },
});

async function open(page: Page, server: Server, fragment = `#key=${server.key}&workspace=workspace-123`): Promise<void> {
  await page.goto(`${server.url}/graphiql${fragment}`);
  await expect(page.locator(".graphiql-query-editor .view-line").first()).toBeVisible();
}

/** Runs the open tab and gives the answer's status and body. */
async function run(page: Page, operation: string): Promise<{ status: number; body: { data?: unknown; errors?: unknown } }> {
  const answered = page.waitForResponse(
    (response) =>
      new URL(response.url()).pathname === "/graphql" &&
      (response.request().postDataJSON() as { operationName?: string }).operationName === operation,
  );
  await page.getByRole("button", { name: /Execute query/ }).click();
  const response = await answered;
  return { status: response.status(), body: (await response.json()) as { data?: unknown; errors?: unknown } };
}

const shown = (page: Page) => page.locator(".graphiql-response .view-lines");

test("a link signs in, and its key leaves the address at once", async ({ page, server, watch }) => {
  await open(page, server);
  await expect(page).toHaveTitle("Contatore");
  expect(page.url()).toBe(`${server.url}/graphiql`);
  await expect(page.getByLabel("API key")).toHaveAttribute("type", "password");
  await expect(page.getByLabel("API key")).toHaveValue(server.key);
  await expect(page.getByText("ADMIN all workspaces")).toBeVisible();
  expect(watch.complaints).toEqual([]);
});

test("each example answers without errors", async ({ page, server, watch }) => {
  await open(page, server);
  await expect(page.getByRole("tab")).toHaveText(operations);
  for (const operation of operations) {
    await page.getByRole("tab", { name: operation, exact: true }).click();
    await expect(page.locator(".graphiql-query-editor .view-lines")).toContainText(operation);
    const { status, body } = await run(page, operation);
    expect(status, operation).toBe(200);
    expect(body.errors, operation).toBeUndefined();
    expect(body.data, operation).toBeTruthy();
    await expect(shown(page), operation).toContainText('"data"');
  }
  expect(watch.complaints).toEqual([]);
});

test("the tracking example counts", async ({ page, server }) => {
  await open(page, server);
  await page.getByRole("tab", { name: "TrackAnAnswer" }).click();
  const { body } = await run(page, "TrackAnAnswer");
  expect(body.data).toMatchObject({ trackUsage: { tracked: true, reason: null, usage: { clientId: "customer-001" } } });
});

test("nothing is asked of another origin, and no address holds the key", async ({ page, server, watch }) => {
  await open(page, server);
  await run(page, "OneDashboard");
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await expect(page.getByText("All Schema Types")).toBeVisible();
  await page.getByRole("button", { name: /Prettify/ }).click();
  await expect.poll(() => page.workers().length).toBeGreaterThanOrEqual(2);
  const addresses = [...watch.requests, ...page.workers().map((worker) => worker.url())];
  expect(addresses.filter((address) => new URL(address).origin !== server.url)).toEqual([]);
  expect(addresses.filter((address) => address.includes(server.key))).toEqual([]);
  expect(watch.complaints).toEqual([]);
});

test("edits outlast a reload; the key is kept for the tab only", async ({ page, server, context }) => {
  await open(page, server);
  await page.getByRole("tab", { name: "WhoAmI" }).click();
  await page.locator(".graphiql-query-editor .view-lines").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText("query Mine { viewer { role } }");
  await run(page, "Mine");
  const kept = () => page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
  await expect.poll(kept).toContain("query Mine");
  expect(await kept()).not.toContain(server.key);

  await page.reload();
  await expect(page.locator(".graphiql-query-editor .view-lines")).toContainText("Mine");
  await expect(page.getByLabel("API key")).toHaveValue(server.key);
  await page.getByRole("tab", { name: "Usages", exact: true }).click();
  expect((await run(page, "Usages")).body.errors).toBeUndefined();

  const other = await context.newPage();
  await open(other, server, "");
  await expect(other.getByLabel("API key")).toHaveValue("");
});

test("a link's workspace is filled into the examples", async ({ page, server }) => {
  await open(page, server, `#key=${server.key}&workspace=another-shop`);
  await expect(page.locator(".graphiql-editor-tool .view-lines").first()).toContainText("another-shop");
  await page.goto(`${server.url}/graphiql#workspace=workspace-123`);
  await expect(page.locator(".graphiql-editor-tool .view-lines").first()).toContainText("workspace-123");
});

test("a missing and a refused key are told", async ({ page, server }) => {
  await open(page, server, "");
  await expect(page.getByRole("status").filter({ hasText: "No API key yet." })).toBeVisible();
  expect((await run(page, "OneDashboard")).status).toBe(401);
  await page.getByLabel("API key").fill("a-key-that-nobody-has");
  await expect(page.getByRole("status").filter({ hasText: "The server refused this key (401)." })).toBeVisible();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByLabel("API key")).toHaveAttribute("type", "text");
  await page.getByLabel("API key").fill(server.key);
  await expect(page.getByText("ADMIN all workspaces")).toBeVisible();
  expect((await run(page, "OneDashboard")).status).toBe(200);
});

test("the start page takes a key along to GraphiQL", async ({ page, server, watch }) => {
  await page.goto(`${server.url}/#key=${server.key}`);
  await expect(page.getByRole("heading", { name: "Contatore" })).toBeVisible();
  await expect(page.getByText("Signed in for this browser tab")).toBeVisible();
  expect(page.url()).toBe(`${server.url}/`);
  await page.getByRole("link", { name: "Explore in GraphiQL" }).click();
  await expect(page.getByText("ADMIN all workspaces")).toBeVisible();
  expect(watch.requests.filter((address) => address.includes(server.key))).toEqual([]);
  expect(watch.complaints).toEqual([]);
});
