// Budgets from the settings to the card, what they block, and what is expected
// and unusual on the chart of days: each beside what the API says.

import { expect, type Page } from "@playwright/test";
import { api, createKey, openDashboard, openShop, test, track } from "./dashboard";
import { exactMoney, longDay, money, widget } from "./figures";
import { judge, sheet } from "./judge";
import type { Server } from "./server";

const dialog = (page: Page) => page.getByRole("dialog");
const form = (page: Page) => page.getByRole("region", { name: "Budget", exact: true });
const saved = (page: Page) => expect(form(page).getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
const openSettings = (page: Page, server: Server, shop: string) => openDashboard(page, server, { workspace: shop, search: "view=settings&tab=budget" });

/** A fact of the budget's card by its name. */
const fact = (page: Page, name: string) => widget(page, "Budget").locator("dl > div").filter({ has: page.getByRole("term").getByText(name, { exact: true }) });

interface Budget {
  monthlyLimit: number;
  thresholds: number[];
  enforcement: string;
  spent: number;
  remaining: number;
  percent: number;
  version: number;
}

async function budgetOf(server: Server, shop: string): Promise<Budget | null> {
  const { workspace } = await api<{ workspace: { budget: Budget | null } }>(
    server,
    "query ($id: ID!) { workspace(id: $id) { budget { monthlyLimit thresholds enforcement spent remaining percent version } } }",
    { id: shop },
  );
  return workspace.budget;
}

async function setBudget(server: Server, shop: string, input: object): Promise<void> {
  await api(server, "mutation ($shop: ID!, $input: BudgetInput!) { setBudget(workspaceId: $shop, input: $input) { version } }", { shop, input });
}

/** Tries to count an answer: why it was not, null where it was. */
async function tryTrack(server: Server, shop: string, clientId = "anna", price?: string): Promise<string | null> {
  const { trackUsage } = await api<{ trackUsage: { reason: string | null } }>(server, "mutation ($input: TrackUsageInput!) { trackUsage(input: $input) { reason } }", {
    input: { workspaceId: shop, clientId, price },
  });
  return trackUsage.reason;
}

test("a budget is set in the settings, and the card says of it what the API says", async ({ page, server, watch }) => {
  const shop = await openShop(server);
  await track(server, { workspace: shop, price: "0.3" });
  await openDashboard(page, server, { workspace: shop });
  await page.getByRole("link", { name: "Set a budget" }).click();
  await expect(form(page)).toContainText("Spent this month so far: €0.30.");
  await form(page).getByLabel("Limit for a month in EUR").fill("1.234");
  await form(page).getByRole("button", { name: "Save" }).click();
  await expect(form(page).getByLabel("Limit for a month in EUR")).toHaveValue("1.234"); // a point parts no thousands in English
  await saved(page);

  await form(page).getByLabel("Limit for a month in EUR").fill("0.40");
  await expect(form(page)).toContainText("€0.30, 75% of this limit");
  await form(page).getByRole("button", { name: "Remove the threshold 80%" }).click();
  const another = form(page).getByLabel("Another threshold in percent");
  for (const [typed, fault] of [
    ["0", "whole number"],
    ["1001", "whole number"],
    ["7.5", "whole number"],
    ["50", "there already"],
  ] as const) {
    await another.fill(typed);
    await another.press("Enter");
    await expect(another).toHaveAccessibleDescription(new RegExp(fault));
  }
  await another.fill("70");
  await another.press("Enter");
  await another.fill("150"); // saved with the rest, though it was not added
  await form(page).getByRole("button", { name: "Save" }).click();
  await saved(page);
  expect(await budgetOf(server, shop)).toEqual({ monthlyLimit: 0.4, thresholds: [50, 70, 100, 150], enforcement: "NOTIFY", spent: 0.3, remaining: 0.1, percent: 75, version: 2 });

  await page.goto(`${server.url}/?workspace=${shop}`);
  const card = widget(page, "Budget");
  await expect(card).toContainText("70% passed");
  await expect(card).toContainText("€0.30 of €0.40 · 75%");
  await expect(fact(page, "Remaining")).toContainText("€0.10");
  await expect(fact(page, "At the limit")).toContainText("Tells, counts on");
  await expect(fact(page, "Thresholds")).toContainText("50% · 70% · 100% · 150%");
  await expect(page.getByRole("link", { name: "Set a budget" })).toHaveCount(0);

  // It tells and counts on.
  expect(await tryTrack(server, shop, "anna", "0.25")).toBeNull();
  await expect(card).toContainText("Over the limit");
  await expect(card).toContainText("€0.55 of €0.40 · 137.5%");
  await expect(fact(page, "Remaining")).toContainText("€0.00");
  await expect(fact(page, "Runs out")).toContainText("has run out");
  expect(watch.complaints).toEqual([]);
});

test("a limit that is wrong is told at its field, and nothing is sent", async ({ page, server }) => {
  const shop = await openShop(server);
  await openSettings(page, server, shop);
  const limit = form(page).getByLabel("Limit for a month in EUR");
  for (const [typed, fault] of [
    ["ten", /Write a number/],
    ["1,234", /Write a number/], // one, or a thousand and more
    ["0.0000000001", /at most 9 decimals/],
  ] as const) {
    await limit.fill(typed);
    await form(page).getByRole("button", { name: "Save" }).click();
    await expect(limit).toHaveAccessibleDescription(fault);
  }
  expect(await budgetOf(server, shop)).toBeNull();
});

test("at the limit a budget blocks: the API refuses, and the card says so", async ({ page, server, watch }) => {
  const shop = await openShop(server);
  await track(server, { workspace: shop, price: "0.09" });
  await openSettings(page, server, shop);
  await form(page).getByLabel("Limit for a month in EUR").fill("0.1");
  await form(page).getByRole("radio", { name: /^Block/ }).check();
  await form(page).getByRole("button", { name: "Save" }).click();
  await saved(page);
  await page.goto(`${server.url}/?workspace=${shop}`);
  const card = widget(page, "Budget");
  await expect(card).toContainText("80% passed");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  expect(await tryTrack(server, shop, "anna", "0.006")).toBeNull();
  expect(await tryTrack(server, shop)).toBe("BUDGET_EXCEEDED");
  await expect(card).toContainText("Blocked");
  await expect(fact(page, "At the limit")).toContainText("no room for a message until");
  await expect(fact(page, "Remaining")).toContainText("€0.004");
  await expect(card).toContainText("€0.096 of €0.10 · 96%");

  // A higher limit lets the flow go on.
  await card.getByRole("link", { name: "Change the budget" }).click();
  await expect(form(page).getByRole("radio", { name: /^Block/ })).toBeChecked();
  await form(page).getByLabel("Limit for a month in EUR").fill("0.05");
  await expect(form(page)).toContainText("Answers are refused as soon as you save");
  await form(page).getByLabel("Limit for a month in EUR").fill("0.2");
  await form(page).getByRole("button", { name: "Save" }).click();
  await saved(page);
  expect(await tryTrack(server, shop)).toBeNull();
  expect(watch.complaints).toEqual([]);
});

test("two tabs: who saves second is told, and chooses", async ({ page, server, context }) => {
  const shop = await openShop(server);
  await setBudget(server, shop, { monthlyLimit: "10" });
  const other = await context.newPage();
  for (const tab of [page, other]) await openSettings(tab, server, shop);
  const save = async (tab: Page, limit: string) => {
    await form(tab).getByLabel("Limit for a month in EUR").fill(limit);
    await form(tab).getByRole("button", { name: "Save", exact: true }).click();
  };
  await save(page, "20");
  await saved(page);
  await save(other, "30");
  const alert = form(other).getByRole("alert");
  await expect(alert).toContainText("Changed elsewhere meanwhile");
  await expect(alert).toContainText("€20.00");
  expect(await budgetOf(server, shop)).toMatchObject({ monthlyLimit: 20, version: 2 });
  await alert.getByRole("button", { name: "Save mine in its place" }).click();
  await saved(other);
  expect(await budgetOf(server, shop)).toMatchObject({ monthlyLimit: 30, version: 3 });

  await save(page, "40");
  await form(page).getByRole("button", { name: "Take that one" }).click();
  await expect(form(page).getByLabel("Limit for a month in EUR")).toHaveValue("30");
  await expect(form(page).getByRole("alert")).toHaveCount(0);
  await save(page, "50");
  await saved(page);

  // Removed meanwhile.
  await other.getByRole("button", { name: "Remove the budget" }).click();
  await dialog(other).getByRole("button", { name: "Cancel" }).click();
  expect(await budgetOf(server, shop)).toMatchObject({ monthlyLimit: 50 });
  await other.getByRole("button", { name: "Remove the budget" }).click();
  await dialog(other).getByRole("button", { name: "Remove", exact: true }).click();
  await expect(dialog(other)).toBeHidden();
  await expect(form(other).getByLabel("Limit for a month in EUR")).toBeFocused();
  await expect(other.getByRole("button", { name: "Remove the budget" })).toHaveCount(0);
  expect(await budgetOf(server, shop)).toBeNull();
  await save(page, "60");
  await expect(form(page).getByRole("alert")).toContainText("Removed elsewhere meanwhile");
  await form(page).getByRole("button", { name: "Leave it removed" }).click();
  await expect(form(page).getByLabel("Limit for a month in EUR")).toHaveValue("");
  expect(await budgetOf(server, shop)).toBeNull();
});

test("READ sees the budget, and nothing to change it with", async ({ page, server }) => {
  const shop = await openShop(server);
  await track(server, { workspace: shop });
  const { secret } = await createKey(server, { role: "READ", workspaceId: shop });
  await openDashboard(page, server, { workspace: shop, key: secret });
  await expect(widget(page, "Day by day")).toBeVisible();
  await expect(page.getByText(/budget/i)).toHaveCount(0);
  await setBudget(server, shop, { monthlyLimit: "10" });
  await page.reload();
  await expect(widget(page, "Budget")).toContainText("€0.005 of €10.00 · 0%");
  await expect(widget(page, "Budget").getByRole("link")).toHaveCount(0);
  await openDashboard(page, server, { workspace: shop, key: secret, search: "view=settings&tab=budget" });
  await expect(page.getByRole("heading", { name: "This key may only read" })).toBeVisible();
  await openDashboard(page, server, { workspace: shop, key: secret, search: "view=client&client=anna" });
  await expect(page.getByRole("heading", { name: "Anna Alba" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Set a budget" })).toHaveCount(0);
});

test("a customer has a budget of its own, which blocks nobody else", async ({ page, server, watch }) => {
  const shop = await openShop(server);
  await track(server, { workspace: shop, price: "0.02" });
  await openDashboard(page, server, { workspace: shop, search: "view=client&client=anna" });
  const set = page.getByRole("button", { name: "Set a budget" });
  await set.click();
  await expect(dialog(page)).toContainText("Spent this month so far: €0.02.");
  await dialog(page).getByLabel("Limit for a month in EUR").fill("0.02");
  await dialog(page).getByRole("radio", { name: /^Block/ }).check();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(dialog(page)).toBeHidden();
  const card = widget(page, "Budget");
  await expect(card).toContainText("Blocked");
  await expect(card).toContainText("€0.02 of €0.02 · 100%");
  expect(await tryTrack(server, shop)).toBe("BUDGET_EXCEEDED");
  expect(await tryTrack(server, shop, "bruno")).toBeNull();
  await expect(widget(page, "Day by day").locator(".legend")).toContainText("Budget per day");

  // Changed elsewhere while the dialog is open.
  const change = page.getByRole("button", { name: "Change the budget" });
  await change.click();
  await api(server, `mutation ($shop: ID!) { setCustomerBudget(workspaceId: $shop, clientId: "anna", input: { monthlyLimit: 7 }) { version } }`, { shop });
  await dialog(page).getByLabel("Limit for a month in EUR").fill("3");
  await dialog(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("€7.00");
  await dialog(page).getByRole("button", { name: "Save mine in its place" }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(card).toContainText("€0.02 of €3.00");
  await expect(change).toBeFocused();

  await change.click();
  await dialog(page).getByRole("button", { name: "Remove", exact: true }).click();
  await expect(dialog(page)).toContainText("the workspace's budget still holds");
  await dialog(page).getByRole("button", { name: "Remove", exact: true }).click();
  await expect(card).toHaveCount(0);
  await expect(set).toBeFocused();
  expect(watch.complaints).toEqual([]);
});

const msOfDay = 86_400_000;

/** A shop with so many days of history, alike but for one that cost much more. */
async function openOldShop(server: Server, days: number): Promise<string> {
  const shop = await openShop(server);
  const inputs = Array.from({ length: days }, (_, ago) => {
    const at = Date.now() - (ago + 1) * msOfDay;
    const busy = [0, 6].includes(new Date(at).getUTCDay()) ? 0.4 : 1;
    const price = busy * (1 + 0.1 * Math.sin(ago * ago)) * (ago === 9 ? 4 : 1);
    return { workspaceId: shop, clientId: "anna", price: price.toFixed(3), occurredAt: new Date(at).toISOString() };
  });
  await api(server, "mutation ($inputs: [TrackUsageInput!]!) { trackUsageBatch(inputs: $inputs) { tracked } }", { inputs });
  return shop;
}

interface Interval {
  expected: number;
  low80: number;
  high80: number;
}

interface Outlook {
  workspace: { month: { outlook: { monthEnd: Interval } } };
  stats: {
    forecast: { daily: (Interval & { date: string })[] };
    outlook: { monthEnd: Interval };
    anomalies: { date: string; hour: number | null; direction: string; actual: number; low: number; high: number }[];
  };
}

test("what is expected and what is unusual stand on the chart of days, as the API says", async ({ page, server, watch }) => {
  const shop = await openOldShop(server, 60);
  await setBudget(server, shop, { monthlyLimit: "31" });
  // What is expected moves with the time of the day: the page is compared with the answer that it got.
  const answer = page.waitForResponse((response) => response.request().postData()?.includes("query Overview(") ?? false);
  await openDashboard(page, server, { workspace: shop });
  const { stats, workspace } = ((await (await answer).json()) as { data: Outlook }).data;
  const { forecast, anomalies } = stats;
  const end = workspace.month.outlook.monthEnd;
  const asked = await api<Pick<Outlook, "stats">>(
    server,
    "query ($id: ID!) { stats(workspaceId: $id) { forecast(days: 10) { daily { date expected low80 high80 } } anomalies { date hour direction actual low high } } }",
    { id: shop },
  );
  expect(anomalies).toMatchObject(asked.stats.anomalies);
  expect(forecast.daily.map(({ date, expected }) => [date, expected.toFixed(2)])).toEqual(asked.stats.forecast.daily.map(({ date, expected }) => [date, expected.toFixed(2)]));
  expect(forecast.daily).toHaveLength(10); // a third of the range
  expect(anomalies.map(({ direction }) => direction)).toEqual(["ABOVE"]);
  const daily = widget(page, "Day by day");
  await expect(daily.locator(".legend")).toContainText(/Expected, 80%.*Budget per day: €1\.03.*Unusual/);
  await expect(page.locator(".card.month")).toContainText(`${money(stats.outlook.monthEnd.expected)} expected at its end`);
  await expect(fact(page, "Expected at month's end")).toContainText(`${money(end.expected)}${money(end.low80)} – ${money(end.high80)} (80%)`);

  // Along the axis: from today to the last day to come, and to the unusual one.
  const chart = daily.getByRole("slider");
  await expect(chart).toHaveAttribute("aria-valuetext", /so far/);
  await chart.press("End");
  const last = forecast.daily.at(-1);
  const [odd] = anomalies;
  if (!last || !odd) throw new Error("nothing is expected, or nothing was unusual");
  await expect(chart).toHaveAttribute(
    "aria-valuetext",
    `${longDay(last.date)}: Expected ${money(last.expected)}, 8 days in 10 ${money(last.low80)} – ${money(last.high80)}, Budget per day ${money(31 / new Date(Date.UTC(Number(last.date.slice(0, 4)), Number(last.date.slice(5, 7)), 0)).getUTCDate())}`,
  );
  for (let i = 0; i < 20; i++) await chart.press("ArrowLeft");
  await expect(chart).toHaveAttribute("aria-valuetext", new RegExp(`^${longDay(odd.date)}: .*Unusually much: Usual ${money(odd.low).replace(".", "\\.")} – `));

  await daily.getByRole("button", { name: "Options: Day by day" }).click();
  await daily.getByRole("button", { name: "Show the numbers" }).click();
  const rows = (body: number) =>
    daily
      .locator("tbody")
      .nth(body)
      .getByRole("row")
      .evaluateAll((all) => all.slice(1).map((row) => [...(row as HTMLTableRowElement).cells].map(({ textContent }) => textContent)));
  expect(await rows(1)).toEqual(forecast.daily.map((day) => [longDay(day.date), exactMoney(day.expected), `${exactMoney(day.low80)} – ${exactMoney(day.high80)}`]));
  expect((await rows(2)).map((cells) => cells.slice(0, 2))).toEqual(anomalies.map((day) => [longDay(day.date), exactMoney(day.actual)]));

  // Days that are over have nothing to come; a part of the usage has no budget.
  await daily.getByRole("button", { name: "Options: Day by day" }).click();
  await daily.getByRole("button", { name: "Show the chart" }).click();
  await page.goto(`${server.url}/?workspace=${shop}&range=last-month`);
  await expect(daily.locator(".legend")).toContainText("Budget per day");
  await expect(daily.locator(".legend")).not.toContainText("Expected");
  await page.goto(`${server.url}/?workspace=${shop}&kinds=message`);
  await expect(daily.locator(".legend")).toContainText("Expected");
  await expect(daily.locator(".legend")).not.toContainText("Budget per day");
  await expect(widget(page, "Budget")).toContainText("without filters");
  expect(watch.complaints).toEqual([]);
});

test("with less than 14 days of history the chart says that it expects nothing", async ({ page, server }) => {
  const shop = await openOldShop(server, 9);
  await openDashboard(page, server, { workspace: shop });
  await expect(widget(page, "Day by day")).toContainText("No forecast yet: it takes 14 days of usage.");
  await expect(widget(page, "Day by day").locator(".legend")).not.toContainText("Expected");
});

test("axe and a phone find nothing wrong with budgets", async ({ page, server }) => {
  const shop = await openOldShop(server, 40);
  await openDashboard(page, server, { workspace: shop });
  await expect(page.getByRole("link", { name: "Set a budget" })).toBeVisible();
  await judge(page, "no budget", ".cards");
  for (const [state, input] of [
    ["Within the budget", { monthlyLimit: "1000" }],
    ["passed", { monthlyLimit: "1000", thresholds: [1, 2, 3, 99, 300] }],
    ["Over the limit", { monthlyLimit: "0.001" }],
    ["Blocked", { monthlyLimit: "0", enforcement: "BLOCK" }],
  ] as const) {
    await setBudget(server, shop, input);
    await page.reload();
    await expect(widget(page, "Budget")).toContainText(state);
    await judge(page, state, ".widget.budget");
  }
  await setBudget(server, shop, { monthlyLimit: "20" });
  await page.reload();
  await expect(widget(page, "Budget")).toBeVisible();
  await judge(page, "the chart of days", ".widget.daily");
  const options = page.getByRole("button", { name: "Options: Day by day" });
  await options.click();
  await page.getByRole("button", { name: "Show the numbers" }).click();
  await judge(page, "its numbers", ".widget.daily");

  await openSettings(page, server, shop);
  await form(page).getByLabel("Limit for a month in EUR").fill("x");
  await form(page).getByLabel("Another threshold in percent").fill("0");
  await form(page).getByRole("button", { name: "Save" }).click();
  await judge(page, "settings with faults", "main");
  await form(page).getByLabel("Another threshold in percent").fill("");
  await form(page).getByLabel("Limit for a month in EUR").fill("0.001");
  await form(page).getByRole("radio", { name: /^Block/ }).check();
  await setBudget(server, shop, { monthlyLimit: "21" });
  await form(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(form(page).getByRole("alert")).toBeVisible();
  await judge(page, "a conflict", "main");
  await page.getByRole("button", { name: "Remove the budget" }).click();
  await judge(page, "removal", sheet);

  await openDashboard(page, server, { workspace: shop, search: "view=client&client=anna" });
  await page.getByRole("button", { name: "Set a budget" }).click();
  await judge(page, "a customer's budget", sheet);
});
