import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, type Page } from "@playwright/test";
import { api, createKey, openDashboard, openShop, test, track } from "./dashboard";
import { ask, card, compareAll, compareCards, count, days, money, settled, widget, type Figures, type Question } from "./figures";
import type { Server } from "./server";

const key = (page: Page) => page.getByLabel("API key");
const rangeButton = (page: Page) => page.getByRole("button", { name: "Range of days" });
const filterButton = (page: Page) => page.getByRole("button", { name: "Filter", exact: true });
const chips = (page: Page) => page.getByRole("list", { name: "Filters" });
const query = (page: Page) => new URL(page.url()).searchParams;

/** What the browser keeps: for the tab, and for longer. */
function kept(page: Page): Promise<{ tab: string; longer: string }> {
  return page.evaluate(() => ({ tab: JSON.stringify(Object.entries(sessionStorage)), longer: JSON.stringify(Object.entries(localStorage)) + document.cookie }));
}

async function more(page: Page, choice: string): Promise<void> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("button", { name: choice, exact: true }).click();
}

/** Opens an overview, and gives what the API answers while it is shown: what an hour's turn changes is asked again. */
async function openFigures(page: Page, server: Server, search: string, question: Question): Promise<Figures> {
  let figures: Figures | undefined;
  await expect(async () => {
    const before = await ask(server, question);
    await openDashboard(page, server, { search, ...(question.workspace !== undefined && { workspace: question.workspace }) });
    await settled(page);
    figures = await ask(server, question);
    expect(figures).toEqual(before);
  }).toPass();
  if (!figures) throw new Error("No figures");
  return figures;
}

test.describe("sign-in", () => {
  test("a typed key opens the first workspace, for this tab only", async ({ page, server, watch, context }) => {
    const { workspaces } = await api<{ workspaces: { edges: { node: { id: string; name: string } }[] } }>(
      server,
      "{ workspaces(first: 1, orderBy: [{ field: NAME, direction: ASC }]) { edges { node { id name } } } }",
    );
    const first = workspaces.edges[0]?.node;
    await page.goto(server.url);
    await expect(key(page)).toHaveAttribute("type", "password");
    await key(page).fill(server.key);
    await key(page).press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: first?.name ?? "" })).toBeAttached();
    await expect.poll(() => query(page).get("workspace")).toBe(first?.id);
    const { tab, longer } = await kept(page);
    expect(tab).toContain(server.key);
    expect(longer).not.toContain(server.key);

    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: first?.name ?? "" })).toBeAttached();
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(key(other)).toHaveValue("");
    expect(watch.complaints).toEqual([]);
  });

  test("a link's key leaves the address at once and is asked for nowhere", async ({ page, server, watch }) => {
    // Where the page stands whenever it asks for something.
    await page.addInitScript(() => {
      const ask = window.fetch.bind(window);
      const stood: string[] = [];
      window.fetch = (...args) => {
        stood.push(location.href);
        return ask(...args);
      };
      Object.assign(window, { stood });
    });
    await page.goto(`${server.url}/#key=${server.key}&workspace=workspace-123`);
    await settled(page);
    const stood = await page.evaluate(() => (window as { stood?: string[] }).stood);
    expect(stood).not.toEqual([]);
    expect(JSON.stringify(stood)).not.toContain(server.key);
    expect(page.url()).toBe(`${server.url}/?workspace=workspace-123`);
    expect((await kept(page)).longer).not.toContain(server.key);
    // The live connection is open: no later request of the page's start is missing.
    await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
    expect(watch.requests.filter((address) => address.includes(server.key))).toEqual([]);
    expect(watch.requests.filter((address) => new URL(address).origin !== server.url)).toEqual([]);
    expect(watch.complaints).toEqual([]);
  });

  test("a link opened in the tab of another workspace changes to its own", async ({ page, server }) => {
    const shop = await openShop(server, { name: "The link's shop" });
    const { secret } = await createKey(server, { role: "READ", workspaceId: shop });
    await openDashboard(page, server);
    await page.evaluate((fragment) => {
      location.hash = fragment;
    }, `key=${secret}&workspace=${shop}`);
    await expect(page.getByRole("heading", { level: 1, name: "The link's shop" })).toBeAttached();
    expect(page.url()).toBe(`${server.url}/?workspace=${shop}`);
  });

  test("a wrong key is told", async ({ page, server }) => {
    await page.goto(server.url);
    await key(page).fill("two words");
    await key(page).press("Enter");
    await expect(page.getByRole("alert")).toContainText("A key has no blanks");
    await key(page).fill("a-key-that-nobody-has");
    await expect(page.getByRole("alert")).toBeHidden();
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("The server refused this key");
    await expect(key(page)).toHaveValue("");
    expect((await kept(page)).tab).not.toContain("a-key-that-nobody-has");
  });

  test("a key that only counts stays outside, and is told why", async ({ page, server }) => {
    const { secret } = await createKey(server, { role: "TRACK", workspaceId: "workspace-123" });
    await page.goto(`${server.url}/#key=${secret}`);
    await expect(page.getByRole("heading", { level: 1, name: "This key only counts" })).toBeVisible();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(key(page)).toBeVisible();
  });

  test("signing out forgets the key", async ({ page, server }) => {
    await openDashboard(page, server, { search: "range=7d" });
    await more(page, "Sign out");
    await expect(key(page)).toBeVisible();
    await expect(page.getByRole("alert")).toBeHidden();
    expect(await kept(page)).toMatchObject({ tab: "[]" });
    await page.reload();
    await expect(key(page)).toHaveValue("");
  });

  test("a revoked key leads to the door by itself", async ({ page, server }) => {
    const shop = await openShop(server);
    await track(server, { workspace: shop });
    const { id, secret } = await createKey(server, { role: "READ", workspaceId: shop });
    await openDashboard(page, server, { workspace: shop, key: secret });
    await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
    await api(server, "mutation ($id: ID!) { revokeApiKey(id: $id) }", { id });
    await expect(page.getByRole("alert")).toContainText("The server refused this key");
    expect((await kept(page)).tab).not.toContain(secret);
  });

  test("workspaces are switched by the keyboard", async ({ page, server }) => {
    const name = `Bottega ${crypto.randomUUID()}`;
    const shop = await openShop(server, { name });
    await openDashboard(page, server, { search: "range=7d&kinds=voice" });
    await page.getByRole("button", { name: "Switch workspace: Bottega Aurora" }).press("Enter");
    await page.keyboard.type(name.slice(0, 20).toUpperCase());
    await expect(page.getByRole("option")).toHaveText([new RegExp(name)]);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name })).toBeAttached();
    // Its range goes along, the other one's kinds do not.
    expect(query(page).toString()).toBe(`workspace=${shop}&range=7d`);
  });
});

test.describe("figures", () => {
  test("each widget shows what the API answers for 30 days", async ({ page, server, watch }) => {
    const figures = await openFigures(page, server, "", { range: { lastDays: 30 } });
    expect(figures.stats.topClients.length).toBeGreaterThan(10);
    await compareAll(page, figures);
    expect(watch.complaints).toEqual([]);
  });

  test("each widget shows what the API answers for days of one's own and every filter", async ({ page, server, watch }) => {
    const { stats } = await ask(server, { range: { lastDays: 30 } });
    const [startDate, endDate] = [stats.dailyUsage[5]?.date ?? "", stats.dailyUsage[24]?.date ?? ""];
    const filter = {
      clientIds: stats.topClients.slice(0, 12).map(({ clientId }) => clientId),
      kinds: ["message", "voice"],
      models: ["gpt-4o-mini", "gpt-4o-audio", ""],
      weekdays: ["MONDAY", "TUESDAY", "FRIDAY", "SATURDAY"],
      hours: [9, 10, 11, 12, 17, 18, 19, 20],
    };
    const search = new URLSearchParams({ range: `${startDate}..${endDate}` });
    for (const [name, values] of Object.entries(filter)) for (const value of values) search.append(name === "clientIds" ? "clients" : name, String(value));
    const figures = await openFigures(page, server, search.toString(), { range: { startDate, endDate }, filter });
    expect(figures.stats.totalMessages).toBeGreaterThan(0);
    expect(figures.stats.byModel.map(({ label }) => label)).toContain("");
    await compareAll(page, figures, { filtered: true });
    await expect(chips(page).getByRole("button", { name: /^Remove/ })).toHaveCount(Object.values(filter).flat().length);
    expect(watch.complaints).toEqual([]);
  });

  test("amounts keep every digit, and names are text, never markup", async ({ page, server, watch }) => {
    const shop = await openShop(server);
    await api(server, `mutation ($shop: ID!) { upsertCustomer(workspaceId: $shop, input: { clientId: "anna", name: "<b>Anna</b> & co" }) { id } }`, { shop });
    for (let turn = 0; turn < 12; turn++) await track(server, { workspace: shop, price: turn === 0 ? "999999.123456789" : 1_000_000, model: "<i>model</i>" });
    await openDashboard(page, server, { workspace: shop });
    await expect(card(page, "Cost").locator(".main")).toHaveText("€11,999,999.12");
    await expect(card(page, "Cost").getByTitle("€11,999,999.123456789")).toBeVisible();
    await expect(widget(page, "Top clients").getByRole("link", { name: "<b>Anna</b> & co" })).toBeVisible();
    await expect(widget(page, "By model").getByRole("button", { name: "<i>model</i>" })).toBeVisible();
    expect(watch.complaints).toEqual([]);
  });

  test("top clients are sorted by any column and open the client", async ({ page, server }) => {
    const { stats } = await openFigures(page, server, "", { range: { lastDays: 30 } });
    const clients = widget(page, "Top clients");
    const names = clients.getByRole("rowheader").getByRole("link");
    const few = stats.topClients.map(({ clientName }) => clientName ?? "");
    await expect(names).toHaveText(few.slice(0, 10));
    await clients.getByRole("button", { name: "Name" }).click();
    await expect(clients.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
    await expect(names).toHaveText(few.toSorted(new Intl.Collator("en").compare).slice(0, 10));
    await clients.getByRole("button", { name: "Cost" }).click();
    await clients.getByRole("button", { name: "Cost" }).click();
    await expect(clients.getByRole("columnheader", { name: "Cost" })).toHaveAttribute("aria-sort", "ascending");
    await expect(names.first()).toHaveText(few.at(-1) ?? "");
    const last = stats.topClients.at(-1)?.clientId ?? "";
    await names.first().click();
    await expect.poll(() => query(page).get("client")).toBe(last);
    await page.goBack();
    await expect(names).toHaveCount(10);
    expect(query(page).get("client")).toBeNull();
  });

  test("one failing widget says so, the others show their figures", async ({ page, server }) => {
    const { stats } = await ask(server, { range: { lastDays: 30 } });
    const failing = async () => {
      await page.route("**/graphql", async (route) => {
        const { query } = route.request().postDataJSON() as { query: string };
        if (!query.includes("fragment HeatmapWidget")) return route.fallback();
        const errors = [{ message: "The heatmap is out of order.", extensions: { code: "INTERNAL" } }];
        return route.fulfill({ json: { data: null, errors } });
      });
    };
    await failing();
    await openDashboard(page, server);
    const heatmap = widget(page, "Hours of the week");
    await expect(heatmap.getByRole("alert")).toContainText("These figures can't be shown now.");
    await expect(page.getByRole("alert")).toHaveCount(1);
    await compareCards(page, [["Cost", money(stats.totalCost), [`from ${money(stats.previousPeriod.totalCost)}`]]]);
    await expect(widget(page, "Top clients").getByRole("row")).toHaveCount(11);
    await expect(widget(page, "In words")).toContainText(money(stats.totalCost));
    await expect(widget(page, "Months").getByRole("button", { name: "Options: Months" })).toBeVisible();

    // The second failure must be answered before the route is gone, or the first try is the good one.
    const again = page.waitForResponse((response) => response.request().postData()?.includes("fragment HeatmapWidget") ?? false);
    await heatmap.getByRole("button", { name: "Try again" }).click();
    await again;
    await expect(heatmap.getByRole("alert")).toBeVisible();
    await page.unrouteAll({ behavior: "wait" });
    // A live change has the page ask by itself, and may come first.
    await heatmap.getByRole("button", { name: "Try again" }).or(heatmap.getByRole("grid")).first().click();
    await expect(heatmap.getByRole("grid")).toBeVisible();
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
});

test.describe("range and filters", () => {
  test("the range is in the address; reload, back and forward bring it back", async ({ page, server }) => {
    const week = await ask(server, { range: { lastDays: 7 } });
    await openDashboard(page, server);
    const shown = (range: string, { stats }: Figures) =>
      expect(async () => {
        expect(query(page).get("range") ?? "30d").toBe(range);
        await expect(page.getByRole("status").filter({ hasText: `Figures shown: ${days(stats.startDate, stats.endDate)}.` })).toBeAttached({ timeout: 500 });
        await expect(card(page, "Cost").locator(".main")).toHaveText(money(stats.totalCost), { timeout: 500 });
      }).toPass();
    const month = await ask(server, { range: { lastDays: 30 } });
    await shown("30d", month);
    await rangeButton(page).click();
    await page.getByRole("button", { name: "Last 7 days" }).click();
    await expect(rangeButton(page)).toContainText("Last 7 days");
    await shown("7d", week);
    await page.reload();
    await shown("7d", week);
    await page.goBack();
    await shown("30d", month);
    await expect(rangeButton(page)).toContainText("Last 30 days");
    await page.goForward();
    await shown("7d", week);

    await rangeButton(page).click();
    await page.getByRole("button", { name: "Last month" }).click();
    const start = `${month.stats.monthlyUsage.at(-2)?.month ?? ""}-01`;
    const end = new Date(Date.parse(`${month.stats.monthlyUsage.at(-1)?.month ?? ""}-01`) - 86_400_000).toISOString().slice(0, 10);
    await shown("last-month", await ask(server, { range: { startDate: start, endDate: end } }));
  });

  test("days of one's own are checked before they are asked", async ({ page, server }) => {
    const { stats } = await ask(server, { range: { lastDays: 30 } });
    const [start, end] = [stats.dailyUsage[3]?.date ?? "", stats.dailyUsage[9]?.date ?? ""];
    await openDashboard(page, server);
    await rangeButton(page).click();
    const from = page.getByLabel("From", { exact: true });
    const to = page.getByLabel("To", { exact: true });
    const apply = page.getByRole("button", { name: "Show these days" });
    await expect(from).toHaveValue(stats.startDate);
    await expect(to).toHaveValue(stats.endDate);
    for (const [first, last, fault] of [
      [end, start, "The first day is after the last one."],
      ["", end, "Give both days."],
      ["2001-01-01", end, "At most 3,660 days can be shown at once."],
    ] as const) {
      await from.fill(first);
      await to.fill(last);
      await apply.click();
      await expect(page.getByRole("alert")).toHaveText(fault);
    }
    expect(query(page).get("range")).toBeNull();
    await from.fill(start);
    await apply.click();
    await expect.poll(() => query(page).get("range")).toBe(`${start}..${end}`);
    await expect(rangeButton(page)).toContainText(days(start, end));
    const own = await ask(server, { range: { startDate: start, endDate: end } });
    await compareCards(page, [["Messages", count(own.stats.totalMessages), [`from ${count(own.stats.previousPeriod.totalMessages)}`]]]);
  });

  test("without a comparison nothing of the days before is shown", async ({ page, server }) => {
    const { stats } = await openFigures(page, server, "", { range: { lastDays: 30 } });
    const before = `from ${money(stats.previousPeriod.totalCost)}`;
    await expect(card(page, "Cost")).toContainText(before);
    await rangeButton(page).click();
    await page.getByRole("checkbox", { name: /^Compare with the days before/ }).uncheck();
    await expect.poll(() => query(page).get("compare")).toBe("no");
    await page.keyboard.press("Escape");
    await expect(card(page, "Cost")).not.toContainText("from");
    await expect(card(page, "Cost").locator(".main")).toHaveText(money(stats.totalCost));
    await expect(widget(page, "In words")).toContainText(`${money(stats.totalCost)} was spent in 30 days.`);
    const daily = widget(page, "Day by day");
    await daily.getByRole("button", { name: "Options: Day by day" }).click();
    await daily.getByRole("button", { name: "Show the numbers" }).click();
    await expect(daily.getByRole("columnheader")).toHaveText(["Day", "Cost", "Messages"]);
    await page.goBack();
    await expect(card(page, "Cost")).toContainText(before);
    await expect(daily.getByRole("columnheader")).toHaveText(["Day", "Cost", "Messages", "Before", "Cost", "Messages"]);
  });

  test("filters are in the address, and each chip takes its own away", async ({ page, server }) => {
    const shown = async (filter: Question["filter"]) => {
      const { stats } = await ask(server, { range: { lastDays: 30 }, ...(filter && { filter }) });
      await compareCards(page, [
        ["Cost", money(stats.totalCost), []],
        ["Messages", count(stats.totalMessages), []],
      ]);
    };
    await openDashboard(page, server);
    const choose = async (dimension: string) => {
      await filterButton(page).click();
      await page.getByRole("button", { name: dimension, exact: true }).click();
    };
    await choose("Kind");
    await page.getByRole("option", { name: "voice" }).click();
    await expect(page.getByRole("option", { name: "voice" })).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Escape");
    await shown({ kinds: ["voice"] });
    await choose("Weekday");
    await page.getByRole("checkbox", { name: "Monday" }).check();
    await page.keyboard.press("Escape");
    await choose("Hour");
    await page.getByRole("button", { name: "18:00", exact: true }).click();
    await page.keyboard.press("Escape");
    expect(query(page).toString()).toBe("workspace=workspace-123&kinds=voice&weekdays=MONDAY&hours=18");
    await shown({ kinds: ["voice"], weekdays: ["MONDAY"], hours: [18] });
    await page.reload();
    await shown({ kinds: ["voice"], weekdays: ["MONDAY"], hours: [18] });

    await chips(page).getByRole("button", { name: "Remove the filter Kind voice" }).click();
    await shown({ weekdays: ["MONDAY"], hours: [18] });
    expect(query(page).toString()).toBe("workspace=workspace-123&weekdays=MONDAY&hours=18");
    await page.goBack();
    await shown({ kinds: ["voice"], weekdays: ["MONDAY"], hours: [18] });
    await chips(page).getByRole("button", { name: "Clear all" }).click();
    await expect(chips(page)).toBeHidden();
    await shown(undefined);

    await widget(page, "By model").getByRole("button", { name: "without a model" }).click();
    await shown({ models: [""] });
    await expect(chips(page).getByRole("button", { name: "Remove the filter Model without a model" })).toBeVisible();
  });

  test("clients are searched as one types, by name, phone or id", async ({ page, server }) => {
    await openDashboard(page, server);
    await filterButton(page).click();
    await page.getByRole("button", { name: "Client", exact: true }).click();
    const field = page.getByRole("combobox", { name: "Search by name, phone or id" });
    await expect(field).toBeFocused();
    const found = page.getByRole("option");
    await expect(found).toHaveCount(30);
    for (const [text, names] of [
      ["francesca r", ["Francesca Russo"]],
      ["+39 320 555 0101", ["Giulia Rossi"]],
      ["CUSTOMER-02", ["Nicolò Caruso", "Laura Rinaldi"]],
      ["nobody of this name", []],
    ] as const) {
      await field.fill("");
      await field.pressSequentially(text);
      if (names.length === 0) await expect(page.getByRole("status").filter({ hasText: "No client found." })).toBeVisible();
      for (const name of names) await expect(found.filter({ hasText: name })).toBeVisible();
      await expect(found).toHaveCount(text === "CUSTOMER-02" ? 10 : names.length);
    }
    await field.fill("Rinaldi");
    await expect(found).toHaveCount(1);
    await field.press("Enter");
    await expect.poll(() => query(page).getAll("clients")).toEqual(["customer-025"]);
    await expect(chips(page)).toContainText("Laura Rinaldi");
    const { stats } = await ask(server, { range: { lastDays: 30 }, filter: { clientIds: ["customer-025"] } });
    await compareCards(page, [["Messages", count(stats.totalMessages), []]]);
  });

  test("filters that leave nothing say so, and a way out", async ({ page, server }) => {
    await openDashboard(page, server, { search: "kinds=nothing-of-this-kind" });
    await expect(page.getByText("The filters leave nothing")).toBeVisible();
    await expect(card(page, "Cost").locator(".main")).toHaveText(money(0));
    await page.getByRole("link", { name: "Remove the filters" }).click();
    await expect(widget(page, "Top clients").getByRole("table")).toBeVisible();
    expect(query(page).get("kinds")).toBeNull();
  });
});

test("the first page's commands can be copied, count, and bring the dashboard", async ({ page, server, context, watch }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const shop = await openShop(server, { name: "A new shop" });
  const { secret } = await createKey(server, { role: "TRACK", workspaceId: shop, name: "the flow" });
  await openDashboard(page, server, { workspace: shop });
  await expect(page.getByRole("heading", { name: "Count the first answer" })).toBeVisible();
  await expect(page.getByText("There is one: the flow.")).toBeVisible();
  await expect(page.getByText("There is one: Anna Alba.")).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await page.getByLabel("The key's secret").fill(secret);
  const region = page.getByRole("region", { name: "From a terminal" });
  await expect(region).toContainText(secret);
  await region.locator("..").getByRole("button", { name: "Copy" }).click();
  await expect(region.locator("..").getByRole("button", { name: "Copied" })).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const { stdout } = await promisify(execFile)("sh", ["-c", command]);
  expect(JSON.parse(stdout)).toEqual({ data: { trackUsage: { tracked: true, reason: null, message: null } } });
  await expect(card(page, "Today")).toContainText("1 message");
  await expect(widget(page, "Top clients").getByRole("link", { name: "Anna Alba" })).toBeVisible();
  expect(watch.complaints).toEqual([]);
});
