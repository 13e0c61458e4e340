import { expect, type Page } from "@playwright/test";
import { api, openDashboard, openShop, test, track } from "./dashboard";
import { ask, card, compareAll, money, settled, widget } from "./figures";
import { postgres, serve, sqlite, type OwnServer, type Server } from "./server";

const mark = (page: Page, text: string) => page.getByRole("status").filter({ hasText: text });

/** Waits until today's card shows an amount and a number of messages. */
async function today(page: Page, cost: number, messages: number): Promise<void> {
  await expect(card(page, "Today").locator(".main")).toHaveText(money(cost));
  await expect(card(page, "Today")).toContainText(`${messages} ${messages === 1 ? "message" : "messages"}`);
}

/** A workspace in which one answer for 0.50 was counted today. */
async function openBusyShop(server: Server): Promise<string> {
  const shop = await openShop(server);
  await track(server, { workspace: shop, price: 0.5 });
  return shop;
}

/** Marks the page, so that a reload would show. */
const remember = (page: Page) => page.evaluate(() => Object.assign(window, { remembered: true }));
const remembered = (page: Page) => page.evaluate(() => "remembered" in window);

/** No WebSocket gets through. */
const blockSockets = (page: Page) => page.routeWebSocket("**/graphql", (socket) => socket.close());

/** No stream of server-sent events gets through. */
const blockStreams = (page: Page) =>
  page.route("**/graphql", (route) => (route.request().headers().accept === "text/event-stream" ? route.abort() : route.fallback()));

async function withDatabase(open: typeof sqlite, run: (databaseUrl: string) => Promise<void>): Promise<void> {
  const { databaseUrl, remove } = await open();
  try {
    await run(databaseUrl);
  } finally {
    await remove();
  }
}

async function withServer(options: Parameters<typeof serve>[0], run: (server: OwnServer) => Promise<void>): Promise<void> {
  const server = await serve(options);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

test("what is counted elsewhere ticks, over a WebSocket", async ({ page, server, watch }) => {
  const shop = await openBusyShop(server);
  const told: string[] = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => told.push(String(payload))));
  await openDashboard(page, server, { workspace: shop });
  await expect(mark(page, "Live")).toBeVisible();
  await today(page, 0.5, 1);
  await settled(page);
  await remember(page);

  const id = await track(server, { workspace: shop, client: "bruno", price: 1.25, kind: "voice" });
  await today(page, 1.75, 2);
  // What counts today follows.
  await expect(card(page, "Cost").locator(".main")).toHaveText(money(1.75));
  await expect(widget(page, "Top clients").getByRole("link", { name: "Bruno Bosco" })).toBeVisible();
  await expect(widget(page, "By kind").getByRole("button", { name: "voice" })).toBeVisible();

  await api(server, "mutation ($shop: ID!, $id: ID!) { voidUsage(workspaceId: $shop, id: $id) { voided } }", { shop, id });
  await today(page, 0.5, 1);
  await expect(card(page, "Cost").locator(".main")).toHaveText(money(0.5));
  await expect(widget(page, "Top clients").getByRole("link", { name: "Bruno Bosco" })).toBeHidden();

  // What another workspace counts is not told, not even that something was.
  const another = await openShop(server);
  const before = told.length;
  await track(server, { workspace: another, price: 7.77 });
  await track(server, { workspace: shop, price: 0.25 });
  await today(page, 0.75, 2);
  const since = told.slice(before).filter((frame) => frame.includes("todayCost"));
  expect(since).toHaveLength(1);
  expect(since[0]).toContain('"todayMessages":2');

  expect(await remembered(page)).toBe(true);
  expect(watch.complaints).toEqual([]);
});

test("many answers at once are all in the figure", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  await openDashboard(page, server, { workspace: shop });
  await expect(mark(page, "Live")).toBeVisible();
  const inputs = Array.from({ length: 200 }, (_, i) => ({ workspaceId: shop, clientId: "anna", price: 0.01, idempotencyKey: `many-${i}` }));
  await Promise.all(
    [0, 50, 100, 150].map((from) =>
      api(server, "mutation ($inputs: [TrackUsageInput!]!) { trackUsageBatch(inputs: $inputs) { tracked } }", { inputs: inputs.slice(from, from + 50) }),
    ),
  );
  await today(page, 2.5, 201);
  await expect(card(page, "Messages").locator(".main")).toHaveText("201");
});

test("where no WebSocket gets through, figures come as server-sent events", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  await blockSockets(page);
  const stream = page.waitForResponse((response) => response.headers()["content-type"]?.startsWith("text/event-stream") ?? false);
  await openDashboard(page, server, { workspace: shop });
  await stream;
  await expect(mark(page, "Live")).toBeVisible();
  await today(page, 0.5, 1);
  await remember(page);
  await track(server, { workspace: shop, price: 0.25 });
  await today(page, 0.75, 2);
  await expect(card(page, "Cost").locator(".main")).toHaveText(money(0.75));
  expect(await remembered(page)).toBe(true);
});

test("where neither gets through, figures are asked for; and pushed once the way is free", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  await page.clock.install();
  await blockSockets(page);
  await blockStreams(page);
  await openDashboard(page, server, { workspace: shop });
  /** Lets the time run until the mark says so: each step ends one wait. */
  const pass = (text: string) =>
    expect(async () => {
      await page.clock.fastForward(10_000);
      await expect(mark(page, text)).toBeVisible({ timeout: 200 });
    }).toPass({ intervals: [0] });
  await pass("Every 10 s");
  await today(page, 0.5, 1);
  await track(server, { workspace: shop, price: 0.25 });
  await today(page, 0.5, 1);
  await page.clock.fastForward(10_000);
  await today(page, 0.75, 2);
  await expect(card(page, "Cost").locator(".main")).toHaveText(money(0.75));

  await page.unrouteAll({ behavior: "wait" });
  await pass("Live");
});

test("a server that restarts is found again", async ({ page }) => {
  await withDatabase(sqlite, (databaseUrl) =>
    withServer({ databaseUrl, demo: false }, async (server) => {
      const shop = await openBusyShop(server);
      await openDashboard(page, server, { workspace: shop });
      await expect(mark(page, "Live")).toBeVisible();
      await today(page, 0.5, 1);
      await settled(page);
      await remember(page);

      await server.stop();
      await expect(mark(page, "No connection")).toBeVisible();
      await today(page, 0.5, 1);
      await expect(card(page, "Cost").locator(".main")).toHaveText(money(0.5));
      await page.getByRole("button", { name: "Range of days" }).click();
      await page.getByRole("button", { name: "Last 7 days" }).click();
      await expect(page.getByText("These are the last figures that came")).toBeVisible();
      await expect(card(page, "Cost").locator(".main")).toHaveText(money(0.5));

      await server.start();
      await track(server, { workspace: shop, client: "bruno", price: 1 });
      await expect(mark(page, "Live")).toBeVisible();
      await today(page, 1.5, 2);
      await expect(page.getByText("These are the last figures that came")).toBeHidden();
      await settled(page);
      await expect(card(page, "Cost").locator(".main")).toHaveText(money(1.5));
      await track(server, { workspace: shop, price: 0.25 });
      await today(page, 1.75, 3);
      expect(await remembered(page)).toBe(true);
    }),
  );
});

test("on PostgreSQL: the same figures, and what one server counts ticks at another", async ({ page }) => {
  await withDatabase(postgres, (databaseUrl) =>
    withServer({ databaseUrl }, (one) =>
      withServer({ databaseUrl, demo: false }, async (other) => {
        await page.goto(other.url);
        await page.getByLabel("API key").fill(other.key);
        await page.getByRole("button", { name: "Sign in" }).click();
        await settled(page);
        await compareAll(page, await ask(one, { range: { lastDays: 30 } }));

        const shop = await openBusyShop(one);
        await openDashboard(page, other, { workspace: shop });
        await expect(mark(page, "Live")).toBeVisible();
        await today(page, 0.5, 1);
        await track(one, { workspace: shop, price: 0.25 });
        await expect(card(page, "Today").locator(".main")).toHaveText(money(0.75), { timeout: 2_000 });
        await today(page, 0.75, 2);
      }),
    ),
  );
});
