// A client's page: its figures, and each usage that was counted for it.

import { expect, type Locator, type Page } from "@playwright/test";
import { api, createKey, openDashboard, openShop, test } from "./dashboard";
import { nanos } from "./exact";
import type { Server } from "./server";

const timeZone = "Europe/Rome";
const msOfDay = 86_400_000;

/** The usages of Anna: more than the page asks for at once, some at the same instant, each with a price of its own. */
const many = 137;

/** Counts them; beside them Bruno has some. Gives the workspace. */
async function openBusyShop(server: Server): Promise<string> {
  const workspaceId = await openShop(server, { name: "The busy shop", timeZone });
  const now = Date.now();
  const inputs = Array.from({ length: many }, (_, n) => ({
    workspaceId,
    clientId: "anna",
    kind: n % 5 === 0 ? "image" : "message",
    model: n % 3 === 0 ? "gpt-4o" : undefined,
    inputTokens: n % 2 === 0 ? 100 + n : undefined,
    outputTokens: n % 2 === 0 ? n : undefined,
    price: `0.0${String(10_000_001 + n)}`,
    occurredAt: new Date(now - (1 + Math.floor(n / 4)) * (msOfDay / 5)).toISOString(),
  }));
  const others = Array.from({ length: 3 }, (_, n) => ({ workspaceId, clientId: "bruno", price: "0.3", occurredAt: new Date(now - n * msOfDay).toISOString() }));
  const { trackUsageBatch } = await api<{ trackUsageBatch: unknown }>(server, "mutation ($inputs: [TrackUsageInput!]!) { trackUsageBatch(inputs: $inputs) { tracked } }", {
    inputs: [...inputs, ...others],
  });
  expect(trackUsageBatch).toEqual({ tracked: many + others.length });
  return workspaceId;
}

interface Stats {
  totalCost: number;
  totalMessages: number;
  averageDailyCost: number;
}

/** What the API says of Anna in the usual range. */
async function statsOfAnna(server: Server, shop: string): Promise<Stats> {
  const { stats } = await api<{ stats: Stats }>(
    server,
    `query ($id: ID!) { stats(workspaceId: $id, filter: { clientIds: ["anna"] }) { totalCost totalMessages averageDailyCost } }`,
    { id: shop },
  );
  return stats;
}

interface Usage {
  createdAt: string;
  price: number;
}

/** Every usage of Anna in the order of the list. */
async function usagesOfAnna(server: Server, shop: string): Promise<Usage[]> {
  const found: Usage[] = [];
  for (let after: string | null = null; ; ) {
    const { usages }: { usages: { edges: { node: Usage }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } = await api(
      server,
      `query ($id: ID!, $after: Cursor) {
        usages(first: 100, after: $after, where: { workspaceId: $id, clientId: "anna" }, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
          edges { node { createdAt price } }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { id: shop, after },
    );
    found.push(...usages.edges.map(({ node }) => node));
    if (!usages.pageInfo.hasNextPage) return found;
    after = usages.pageInfo.endCursor;
  }
}

/** Opens Anna's page from the table of the overview. */
async function openAnna(page: Page, server: Server, shop: string, key?: string): Promise<void> {
  await openDashboard(page, server, { workspace: shop, ...(key !== undefined && { key }) });
  await page.getByRole("table", { name: "Top clients" }).getByRole("link", { name: "Anna Alba" }).click();
  await expect(page.getByRole("heading", { name: "Anna Alba" })).toBeVisible();
}

const usages = (page: Page) => page.getByRole("region", { name: "Usages" });
const rows = (page: Page) => usages(page).locator("tbody tr");

/** The card of a figure: its name, then its value. */
const card = (page: Page, name: string) => page.locator("dl > div").filter({ has: page.getByRole("term").getByText(name, { exact: true }) });
const money = (most: number) => new Intl.NumberFormat("en-US", { style: "currency", currency: "EUR", minimumFractionDigits: 2, maximumFractionDigits: most });

/** Scrolls until the list says that it is whole. */
async function scrollToEnd(page: Page, end: Locator): Promise<void> {
  await expect(async () => {
    await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight);
    });
    await expect(end).toBeVisible({ timeout: 200 });
  }).toPass({ intervals: [50] });
}

test("a client of the table: its figures are the API's, and every usage is there once", async ({ page, server, watch }) => {
  const shop = await openBusyShop(server);
  await openAnna(page, server, shop);
  expect(new URL(page.url()).search).toBe(`?workspace=${shop}&view=client&client=anna`);
  const expected = await statsOfAnna(server, shop);
  await expect(card(page, "Cost")).toContainText(money(2).format(expected.totalCost));
  await expect(card(page, "Cost").getByTitle(money(9).format(expected.totalCost))).toBeVisible();
  await expect(card(page, "Messages")).toContainText(String(expected.totalMessages));
  await expect(card(page, "Average per day")).toContainText(money(5).format(expected.averageDailyCost));
  await expect(page.getByRole("link", { name: "+393330000001" })).toBeVisible();

  await expect(rows(page)).toHaveCount(50);
  await scrollToEnd(page, usages(page).getByText(`All ${many} are shown.`));
  const shown = await rows(page).evaluateAll((all) =>
    all.map((row) => ({ createdAt: row.querySelector("time")?.dateTime, price: Number(/€(0\.\d+)/.exec(row.textContent)?.[1]) })),
  );
  expect(shown).toEqual(await usagesOfAnna(server, shop));
  expect(new Set(shown.map(({ price }) => price)).size).toBe(many);

  await page.getByRole("link", { name: "Overview" }).first().click();
  await expect(page.getByRole("table", { name: "Top clients" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Anna Alba" })).toBeVisible();
  expect(watch.complaints).toEqual([]);
});

test("the list holds what the filters and days leave", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  const all = await usagesOfAnna(server, shop);
  const hourOf = ({ createdAt }: Usage) => Number(new Intl.DateTimeFormat("en", { timeZone, hour: "2-digit", hourCycle: "h23" }).format(Date.parse(createdAt)));
  const [first] = all;
  if (!first) throw new Error("nothing was counted");
  const hour = hourOf(first);
  const expected = all.filter((usage) => hourOf(usage) === hour).length;
  await openDashboard(page, server, { workspace: shop, search: `view=client&client=anna&hours=${hour}` });
  await expect(usages(page).getByText(`All ${expected} are shown.`)).toBeVisible();
  await expect(rows(page)).toHaveCount(expected);
  await expect(card(page, "Messages")).toContainText(String(expected));

  await openDashboard(page, server, { workspace: shop, search: "view=client&client=anna&kinds=image" });
  const images = Math.ceil(many / 5);
  await expect(rows(page)).toHaveCount(images);
  await expect(rows(page).filter({ hasText: "image" })).toHaveCount(images);
  await page.getByRole("button", { name: "Remove the filter Kind image" }).click();
  await expect(rows(page)).toHaveCount(50);
});

test("a usage is voided after a question, and every total falls by its price", async ({ page, server, watch }) => {
  const shop = await openBusyShop(server);
  await openAnna(page, server, shop);
  const before = await statsOfAnna(server, shop);
  const row = rows(page).nth(2);
  const price = /€(0\.\d+)/.exec(await row.innerText())?.[1] ?? "";
  const button = row.getByRole("button", { name: /^Void / });
  await button.click();
  await expect(page.getByRole("dialog")).toContainText(`€${price} will be taken out of every total`);
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(button).toBeFocused();
  expect(await statsOfAnna(server, shop)).toEqual(before);

  await button.click();
  await page.getByRole("dialog").getByLabel("Reason").fill("An answer given twice");
  await page.getByRole("dialog").getByRole("button", { name: "Void", exact: true }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(row).toContainText("An answer given twice");
  await expect(row.locator("s", { hasText: price })).toHaveCSS("text-decoration-line", "line-through");
  await expect(row.getByRole("button")).toHaveCount(0);
  await expect(row).toBeFocused();

  const after = await statsOfAnna(server, shop);
  expect(nanos(before.totalCost) - nanos(after.totalCost)).toBe(nanos(price));
  expect(after.totalMessages).toBe(before.totalMessages - 1);
  await expect(card(page, "Cost").getByTitle(money(9).format(after.totalCost))).toBeVisible();
  await expect(card(page, "Messages")).toContainText(String(many - 1));
  await usages(page).getByLabel("Show voided").uncheck();
  await expect(usages(page).getByText("An answer given twice")).toHaveCount(0);
  await page.reload();
  await expect(usages(page).getByText("An answer given twice")).toBeVisible();
  expect(watch.complaints).toEqual([]);
});

test("READ sees a client's usages, and can void none", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  const { secret } = await createKey(server, { role: "READ", workspaceId: shop });
  await openAnna(page, server, shop, secret);
  await expect(rows(page)).toHaveCount(50);
  await expect(usages(page).getByRole("button", { name: /Void/ })).toHaveCount(0);
});

test("a client that never was is told apart from one without usage", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  await openDashboard(page, server, { workspace: shop, search: "view=client&client=nobody" });
  await expect(page.getByRole("heading", { name: "No such client" })).toBeVisible();
  await page.getByRole("link", { name: "To the overview" }).click();
  await expect(page.getByRole("table", { name: "Top clients" })).toBeVisible();
  await api(server, `mutation ($shop: ID!) { upsertCustomer(workspaceId: $shop, input: { clientId: "carla", name: "Carla Costa" }) { id } }`, { shop });
  await openDashboard(page, server, { workspace: shop, search: "view=client&client=carla" });
  await expect(page.getByRole("heading", { name: "Carla Costa" })).toBeVisible();
  await expect(usages(page).getByText("No usage in these days and with these filters.")).toBeVisible();
});
