import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page, type Request } from "@playwright/test";
import { openDashboard, openShop, test, track } from "./dashboard";
import type { Server } from "./server";

const examples = path.resolve(import.meta.dirname, "../src/graphiql/examples");
const operations = readdirSync(examples)
  .filter((name) => name.endsWith(".graphql"))
  .map((name) => /^(?:query|mutation|subscription) (\w+)/m.exec(readFileSync(path.join(examples, name), "utf8"))?.[1] ?? name);
/** The one that goes over a WebSocket. */
const subscription = "Live";

async function open(page: Page, server: Server, fragment = `#key=${server.key}&workspace=workspace-123`): Promise<void> {
  await page.goto(`${server.url}/graphiql${fragment}`);
  await expect(page.locator(".graphiql-query-editor .view-line").first()).toBeVisible();
}

/** Waits for the answer to an operation and gives its status and body. */
async function answerTo(page: Page, operation: string): Promise<{ status: number; body: { data?: unknown; errors?: unknown } }> {
  const response = await page.waitForResponse((response) => asks(response.request(), operation));
  return { status: response.status(), body: (await response.json()) as { data?: unknown; errors?: unknown } };
}

/** Runs the open tab and gives the answer's status and body. */
async function run(page: Page, operation: string): ReturnType<typeof answerTo> {
  const answer = answerTo(page, operation);
  await executeButton(page).click();
  return answer;
}

function asks(request: Request, operation: string): boolean {
  if (new URL(request.url()).pathname !== "/graphql") return false;
  return (request.postDataJSON() as { operationName?: string }).operationName === operation;
}

const executeButton = (page: Page) => page.getByRole("button", { name: /Execute query/ });
const tabButtons = (page: Page) => page.locator(".graphiql-tab-button");
const tabButton = (page: Page, operation: string) => tabButtons(page).getByText(operation, { exact: true });

const invitation = (page: Page) => page.getByText("its answer appears here");
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
  await expect(tabButtons(page)).toHaveText(operations);
  for (const operation of operations.filter((each) => each !== subscription)) {
    await tabButton(page, operation).click();
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
  await tabButton(page, "TrackAnAnswer").click();
  const { body } = await run(page, "TrackAnAnswer");
  expect(body.data).toMatchObject({ trackUsage: { tracked: true, reason: null, usage: { clientId: "customer-001" } } });
});

test("the live example is told of what is counted, until it is stopped", async ({ page, server, watch }) => {
  const shop = await openShop(server);
  await open(page, server, `#key=${server.key}&workspace=${shop}`);
  await tabButton(page, subscription).click();
  await expect(page.locator(".graphiql-query-editor .view-lines")).toContainText("usageChanged");
  await executeButton(page).click();
  await expect(shown(page)).toContainText('"todayMessages": 0');
  await track(server, { workspace: shop });
  await expect(shown(page)).toContainText('"todayMessages": 1');
  await page.getByRole("button", { name: /Stop query/ }).click();
  await expect(executeButton(page)).toBeVisible();
  expect(watch.complaints).toEqual([]);
});

test("a tab can be run at the moment it is opened", async ({ page, server }) => {
  await open(page, server);
  const answer = answerTo(page, "WhoAmI");
  const run = await executeButton(page).elementHandle();
  // Both clicks in one go: no time for the editor to tell anybody of its new text.
  await tabButton(page, "WhoAmI").evaluate((tab: HTMLElement, run) => {
    tab.click();
    (run as HTMLElement).click();
  }, run);
  expect((await answer).body).toEqual({ data: { viewer: { role: "ADMIN", workspaceId: null } } });
});

test("nothing is lost of what is clicked while the editors load", async ({ page, server }) => {
  await page.goto(`${server.url}/graphiql#key=${server.key}`);
  await tabButton(page, "WhoAmI").click(); // waits until it can be
  await expect(page.locator(".graphiql-query-editor .view-lines")).toContainText("WhoAmI");
  await run(page, "WhoAmI");
  await expect(shown(page)).toContainText("ADMIN");
});

test("leaving a tab gives up its operation, so that no answer lands in another", async ({ page, server }) => {
  await open(page, server);
  await page.route("**/graphql", (route) => (asks(route.request(), "OneDashboard") ? undefined : route.continue())); // it waits for ever
  const asked = page.waitForRequest((request) => asks(request, "OneDashboard"));
  const givenUp = page.waitForEvent("requestfailed", (request) => asks(request, "OneDashboard"));
  await executeButton(page).click();
  await asked;
  await expect(invitation(page)).toBeHidden();
  await tabButton(page, "WhoAmI").click();
  await givenUp;
  await expect(invitation(page)).toBeVisible();
  await run(page, "WhoAmI");
  await expect(shown(page)).toContainText("ADMIN");
  await expect(invitation(page)).toBeHidden();
});

test("the page is as high as its window, and icons have their titles", async ({ page, server }) => {
  await open(page, server);
  await run(page, "OneDashboard");
  await expect(shown(page)).toContainText("totalCost");
  expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
  await expect(page.locator(".graphiql-execute-button title")).toHaveText("play icon");
});

test("nothing is asked of another origin, and no address holds the key", async ({ page, server, watch }) => {
  await open(page, server);
  await run(page, "OneDashboard");
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await expect(page.getByText("All Schema Types")).toBeVisible();
  await page.locator(".graphiql-query-editor .view-line", { hasText: "startDate" }).click();
  await page.keyboard.press("Control+F"); // Monaco's search has icons of its own
  await expect(page.getByRole("textbox", { name: "Find" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("End");
  await page.keyboard.type("\ntotalC");
  await expect(page.getByRole("option", { name: /^totalCost/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Z");
  await page.getByRole("button", { name: /Prettify/ }).click();
  await expect(page.locator(".graphiql-query-editor .view-lines")).toContainText("{lastDays: 30}");
  await page.getByRole("button", { name: "Show History" }).click();
  await page.getByRole("button", { name: "Open settings dialog" }).click();
  await page.getByRole("button", { name: "Dark", exact: true }).click();
  await expect.poll(() => page.workers().length).toBeGreaterThanOrEqual(2);
  const addresses = [...watch.requests, ...page.workers().map((worker) => worker.url())];
  expect(addresses.filter((address) => new URL(address).origin !== server.url)).toEqual([]);
  expect(addresses.filter((address) => address.includes(server.key))).toEqual([]);
  expect(watch.complaints).toEqual([]);
});

test("edits outlast a reload; the key is kept for the tab only", async ({ page, server, context }) => {
  await open(page, server);
  await tabButton(page, "WhoAmI").click();
  await page.locator(".graphiql-query-editor .view-lines").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText("query Mine { viewer { role } }");
  await run(page, "Mine");
  const kept = (end = "") =>
    page.evaluate((end) => JSON.stringify(Object.entries(localStorage).filter(([name]) => name.endsWith(end))), end);
  await expect.poll(() => kept("tabState")).toContain("query Mine"); // GraphiQL takes half a second
  expect(await kept()).not.toContain(server.key);

  await page.reload();
  await expect(page.locator(".graphiql-query-editor .view-lines")).toContainText("Mine");
  await expect(page.getByLabel("API key")).toHaveValue(server.key);
  await tabButton(page, "Usages").click();
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

test("the dashboard takes a key along to GraphiQL", async ({ page, server, watch }) => {
  await openDashboard(page, server);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("link", { name: "Explore in GraphiQL" }).click();
  await expect(page.getByText("ADMIN all workspaces")).toBeVisible();
  expect(watch.requests.filter((address) => address.includes(server.key))).toEqual([]);
  expect(watch.complaints).toEqual([]);
});
