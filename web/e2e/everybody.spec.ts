// The pages for everybody: in two languages, in light and dark, on a phone and
// on paper, by keyboard alone, and by the rules of WCAG. Then the first steps.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { expect, type Page } from "@playwright/test";
import { api, createKey, openDashboard, openShop, test, track } from "./dashboard";
import { judge, narrow, panel, settled, sheet } from "./judge";
import { serve, type Server, sqlite } from "./server";

const menu = (page: Page) => page.getByRole("button", { name: "More", exact: true });
const dialog = (page: Page) => page.getByRole("dialog");
/** Opens the dashboard and waits for all of it. */
async function openWhole(page: Page, server: Server, place: { workspace?: string; key?: string; search?: string } = {}): Promise<void> {
  await openDashboard(page, server, place);
  await settled(page);
}

interface Total {
  stats: { totalCost: number; totalMessages: number };
}

const total = (server: Server) => api<Total>(server, '{ stats(workspaceId: "workspace-123") { totalCost totalMessages } }');
const euros = (locale: string, amount: number) => new Intl.NumberFormat(locale, { style: "currency", currency: "EUR" }).format(amount);

test.describe("a browser that speaks Italian", () => {
  test.use({ locale: "it-IT" });

  test("gets Italian, and numbers in Italian form", async ({ page, server }) => {
    await page.goto(server.url);
    await expect(page.locator("html")).toHaveAttribute("lang", "it");
    await expect(page.getByRole("button", { name: "Entra" })).toBeVisible();
    await openWhole(page, server, { search: "range=30d" });
    const { stats } = await total(server);
    await expect(page.getByText(euros("it-IT", stats.totalCost)).first()).toBeVisible();
    await expect(page.getByText(new Intl.NumberFormat("it-IT").format(stats.totalMessages)).first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Intervallo di giorni" })).toContainText("Ultimi 30 giorni");
    await expect(page.getByRole("table", { name: "Clienti principali" })).toBeVisible();
    for (const tab of ["workspace", "budget", "alerts", "customers", "keys", "links"]) {
      await openWhole(page, server, { search: `view=settings&tab=${tab}` });
      await expect(page.getByRole("navigation", { name: "Impostazioni" })).toBeVisible();
    }
  });
});

test("the language can be switched, and stays", async ({ page, server }) => {
  await openWhole(page, server);
  const { stats } = await total(server);
  await expect(page.getByText(euros("en-US", stats.totalCost)).first()).toBeVisible();
  await menu(page).click();
  await page.getByLabel("Language").selectOption("Italiano");
  await expect(page.locator("html")).toHaveAttribute("lang", "it");
  await expect(page.getByText(euros("it-IT", stats.totalCost)).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole("table", { name: "Clienti principali" })).toBeVisible();
  await page.getByRole("button", { name: "Altro" }).click();
  await page.getByRole("button", { name: "Esci" }).click();
  await expect(page.getByLabel("Chiave API")).toBeVisible();
  await page.getByLabel("Lingua").selectOption("English");
  await expect(page.getByLabel("API key")).toBeVisible();
});

test("dark by the system, and light or dark by the switch, which stays", async ({ page, server }) => {
  const isDark = () => page.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)?.[0]) < 128);
  await openWhole(page, server);
  expect(await isDark()).toBe(false);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await isDark()).toBe(true);
  await menu(page).click();
  await page.getByRole("button", { name: "Theme: As the system" }).click();
  await expect(page.getByRole("button", { name: "Theme: Light" })).toBeFocused();
  expect(await isDark()).toBe(false);
  await page.reload();
  await settled(page);
  expect(await isDark()).toBe(false);
  await page.emulateMedia({ colorScheme: "light" });
  await menu(page).click();
  await page.getByRole("button", { name: "Theme: Light" }).click();
  expect(await isDark()).toBe(true);
  await page.goto(`${server.url}/?workspace=nowhere`);
  await page.getByRole("button", { name: "Theme: Dark" }).click();
  expect(await isDark()).toBe(false);
});

test("nothing moves for who wants it so", async ({ page, server }) => {
  const moving = () => page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
  await openWhole(page, server);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await expect.poll(moving).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(moving).toBe(0);
  await page.route("**/graphql", (route) => (route.request().method() === "POST" ? undefined : route.continue())); // it waits for ever
  await page.reload();
  await expect(page.locator(".skeleton").first()).toBeVisible();
  expect(await moving()).toBe(0);
});

test("on paper there are figures in ink, and no controls", async ({ page, server }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await openWhole(page, server);
  await menu(page).click();
  await page.getByRole("button", { name: "Theme: As the system" }).click();
  await page.getByRole("button", { name: "Theme: Light" }).click();
  await page.keyboard.press("Escape");
  await page.emulateMedia({ media: "print" });
  for (const control of await page.locator("button, select, input").all()) await expect(control).toBeHidden();
  expect((await page.getByRole("heading", { level: 1 }).boundingBox())?.height).toBeGreaterThan(15); // it is seen
  const brightness = (selector: string, property: "color" | "backgroundColor") =>
    page.locator(selector).first().evaluate((element, property) => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (getComputedStyle(element)[property].match(/[\d.]+/g) ?? []).map(Number);
      return alpha === 0 ? 1 : (red + green + blue) / 765;
    }, property);
  expect(await brightness("html", "backgroundColor")).toBe(1);
  expect(await brightness("body", "backgroundColor")).toBe(1);
  expect(await brightness(".card", "backgroundColor")).toBeGreaterThan(0.95);
  expect(await brightness("h2", "color")).toBeLessThan(0.3);
  await expect(page.getByRole("table", { name: "Top clients" })).toBeVisible();
  expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
});

test.describe("by keyboard", () => {
  /** Presses Tab until that has the focus. */
  async function tabTo(page: Page, name: string | RegExp, key = "Tab"): Promise<void> {
    await expect(async () => {
      await page.keyboard.press(key);
      await expect(page.locator(":focus")).toHaveAccessibleName(name, { timeout: 1 });
    }).toPass({ intervals: [0] });
  }

  test("the figures are the first stop; range, filter and menu open, choose and close", async ({ page, server }) => {
    await openWhole(page, server);
    const asked = () => new URL(page.url()).searchParams;
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to the figures" })).toBeFocused();
    await expect(page.getByRole("link", { name: "Skip to the figures" })).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("main")).toBeFocused();
    await expect(page.getByRole("table", { name: "Top clients" })).toBeVisible();

    await tabTo(page, /^Range of days/, "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo(page, /^Last 7 days/);
    await page.keyboard.press("Enter");
    await expect.poll(() => asked().get("range")).toBe("7d");
    await expect(page.getByRole("button", { name: "Range of days" })).toBeFocused();
    await expect(page.getByRole("button", { name: "Range of days" })).toHaveAttribute("aria-expanded", "false");

    await tabTo(page, "Filter", "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo(page, "Client");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("combobox", { name: "Search by name, phone or id" })).toBeFocused();
    await expect(page.getByRole("option").first()).toBeVisible();
    const second = (await page.getByRole("option").nth(1).locator("span > span").first().textContent()) ?? "";
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("option", { selected: true })).toContainText(second);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("button", { name: "Filter", exact: true })).toBeFocused();
    await tabTo(page, `Remove the filter Client ${second}`);
    await page.keyboard.press("Enter");
    await expect.poll(() => asked().get("clients")).toBeNull();

    await tabTo(page, "More", "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo(page, "Export");
    await page.keyboard.press("Escape");
    await expect(menu(page)).toBeFocused();
    await expect(menu(page)).toHaveAttribute("aria-expanded", "false");
  });

  test("a dialog keeps the focus, and gives it back", async ({ page, server }) => {
    await openWhole(page, server);
    for (const name of ["Export", "Share"]) {
      await menu(page).focus();
      await page.keyboard.press("Enter");
      await tabTo(page, name);
      await page.keyboard.press("Enter");
      await expect(dialog(page)).toBeVisible();
      for (const key of [...Array<string>(12).fill("Tab"), ...Array<string>(12).fill("Shift+Tab")]) {
        await page.keyboard.press(key);
        // Between its last and its first control the browser's own window may have the focus.
        expect(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null)).toBe(true);
      }
      await page.keyboard.press("Escape");
      await expect(dialog(page)).toBeHidden();
      await expect(menu(page)).toBeFocused();
    }
  });

  for (const search of ["", "view=client&client=customer-001", "view=settings", "view=settings&tab=customers", "view=settings&tab=keys"]) {
    test(`every control of ?${search} is reached on a phone, and seen`, async ({ page, server }) => {
      await page.setViewportSize(narrow);
      await openWhole(page, server, { search });
      const controls = await page.evaluate(() => {
        const found = [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary, [tabindex='0']")].filter(
          (element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }) && !element.matches("[type='radio']:not(:checked)"), // arrows go to those
        );
        const unseen: string[] = [];
        const left = new Set(found);
        const nameOf = (element: Element) => `${element.tagName} ${element.ariaLabel ?? element.textContent}`;
        addEventListener("focusin", ({ target }) => {
          if (!(target instanceof HTMLElement)) return;
          left.delete(target);
          const { outlineStyle, outlineWidth } = getComputedStyle(target);
          if (outlineStyle === "none" || Number.parseFloat(outlineWidth) < 1) unseen.push(nameOf(target));
        });
        Object.assign(window, { walked: () => ({ left: [...left].filter(({ isConnected }) => isConnected).map(nameOf), unseen }) });
        return found.length;
      });
      expect(controls).toBeGreaterThan(8);
      const walked = () => page.evaluate(() => (window as unknown as { walked: () => { left: string[]; unseen: string[] } }).walked());
      for (let pressed = 0; pressed < controls + 50 && (await walked()).left.length > 0; pressed++) await page.keyboard.press("Tab");
      expect(await walked()).toEqual({ left: [], unseen: [] });
    });
  }
});

test.describe("axe and a phone find nothing wrong", () => {
  test.slow(); // so many faces of so many pages
  test("on the doors", async ({ page, server }) => {
    await page.goto(server.url);
    await expect(page.getByLabel("API key")).toBeVisible();
    await judge(page, "sign-in");
    await page.getByLabel("API key").fill("a-key-that-nobody-has");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toBeVisible();
    await judge(page, "a refused key");
    await page.goto(`${server.url}/?workspace=nowhere#key=${server.key}`);
    await expect(page.getByRole("heading", { name: /^There is no workspace/ })).toBeVisible();
    await judge(page, "no such workspace");
    const shop = await openShop(server);
    const { secret } = await createKey(server, { role: "TRACK", workspaceId: shop });
    await page.goto(`${server.url}/?workspace=${shop}#key=${secret}`);
    await expect(page.getByRole("heading", { name: "This key only counts" })).toBeVisible();
    await judge(page, "a key that tracks");
  });

  test("on a server without a workspace, which then gets one", async ({ page }) => {
    const { databaseUrl, remove } = await sqlite();
    const empty = await serve({ databaseUrl, demo: false });
    try {
      await page.goto(`${empty.url}/#key=${empty.key}`);
      await expect(page.getByRole("heading", { name: "No workspace yet" })).toBeVisible();
      await judge(page, "no workspace");
      await page.getByRole("button", { name: "New workspace" }).click();
      await dialog(page).getByLabel("Name").fill("The first shop");
      await dialog(page).getByRole("button", { name: "Create workspace" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("The first shop");
      await expect(page.getByText("Whoever manages this workspace")).toHaveCount(0);
      await judge(page, "first page of all");
    } finally {
      await empty.stop();
      await remove();
    }
  });

  test("on the overview and what opens from it", async ({ page, server }) => {
    await openWhole(page, server, { search: "clients=customer-001&kinds=message&weekdays=MONDAY&weekdays=SUNDAY&hours=9" });
    await judge(page, "overview with filters");
    await openWhole(page, server);
    await judge(page, "overview");

    const banner = page.getByRole("banner");
    await page.getByRole("button", { name: "Range of days" }).click();
    await judge(page, "range", panel);
    await page.keyboard.press("Escape");
    for (const dimension of ["Client", "Weekday", "Hour"]) {
      await page.getByRole("button", { name: "Filter", exact: true }).click();
      if (dimension === "Client") await judge(page, "filter", panel);
      await banner.getByRole("button", { name: dimension }).click();
      if (dimension === "Client") await expect(page.getByRole("option").first()).toBeVisible();
      await judge(page, `filter by ${dimension}`, panel);
      await page.keyboard.press("Escape");
    }
    await page.getByRole("button", { name: /^Switch workspace/ }).click();
    await expect(page.getByRole("option").first()).toBeVisible();
    await judge(page, "switcher", panel);
    await page.getByRole("button", { name: "New workspace" }).click();
    await judge(page, "new workspace", sheet);
    await page.keyboard.press("Escape");
    await menu(page).click();
    await judge(page, "menu", panel);
    await banner.getByRole("button", { name: "Export", exact: true }).click();
    await judge(page, "export", sheet);
    await page.keyboard.press("Escape");

    const options = page.getByRole("button", { name: /^Options: / }).first();
    await options.click();
    await judge(page, "options of a chart", panel);
    await page.getByRole("button", { name: "Show the numbers" }).click();
    await judge(page, "numbers in place of a chart");
  });

  test("on a client's page and its question", async ({ page, server }) => {
    const shop = await openShop(server);
    const usage = await track(server, { workspace: shop, kind: "message", model: "gpt-4o" });
    await track(server, { workspace: shop, price: "0.1" });
    await api(server, "mutation ($shop: ID!, $usage: ID!) { voidUsage(workspaceId: $shop, id: $usage, reason: \"A test\") { voided } }", { shop, usage });
    await openWhole(page, server, { workspace: shop, search: "view=client&client=anna" });
    await judge(page, "client");
    await page.getByRole("button", { name: /^Void message/ }).click();
    await judge(page, "void", sheet);
    await openWhole(page, server, { workspace: shop, search: "view=client&client=nobody" });
    await judge(page, "no such client");
  });

  test("on the settings and their dialogs", async ({ page, server }) => {
    const shop = await openShop(server);
    await createKey(server, { role: "TRACK", workspaceId: shop, name: "The flow" });
    const { id } = await createKey(server, { role: "READ", workspaceId: shop, name: "The old report" });
    await api(server, "mutation ($id: ID!) { revokeApiKey(id: $id) }", { id });
    const open = (tab: string) => openWhole(page, server, { workspace: shop, search: `view=settings&tab=${tab}` });
    await open("workspace");
    await page.getByRole("button", { name: "Add a price" }).click();
    await judge(page, "workspace");
    await page.getByRole("button", { name: /^Time zone/ }).click();
    await judge(page, "time zones", panel);
    await page.getByRole("option", { name: "Europe/Rome" }).click();
    await expect(page.getByText("moves every day boundary")).toBeVisible();
    await judge(page, "time zone changed");

    await open("customers");
    await judge(page, "customers");
    await page.getByRole("button", { name: "Add customer" }).click();
    await dialog(page).getByRole("button", { name: "Add customer" }).click();
    await judge(page, "add customer", sheet);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Edit Anna Alba" }).click();
    await judge(page, "edit customer", sheet);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Erase the personal data of Anna Alba" }).click();
    await judge(page, "erase customer", sheet);

    await open("keys");
    await page.getByText("Revoked and expired (1)").click();
    await page.getByText("Keys for every workspace").click();
    await judge(page, "keys");
    await page.getByRole("button", { name: "Revoke The flow" }).click();
    await judge(page, "revoke", sheet);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "New key" }).click();
    await judge(page, "new key", sheet);
    await dialog(page).getByLabel("Name").fill("Another flow");
    await dialog(page).getByRole("button", { name: "Create key" }).click();
    await expect(dialog(page).getByLabel("Secret")).toBeVisible();
    await judge(page, "secret", sheet);

    await open("links");
    await judge(page, "no links");
    await page.getByRole("button", { name: "New link" }).click();
    await dialog(page).getByLabel("Expires").selectOption("On a day of your choice");
    await judge(page, "new link", sheet);
    await dialog(page).getByLabel("Expires").selectOption("In 7 days");
    await dialog(page).getByLabel("For whom").fill("Anna");
    await dialog(page).getByRole("button", { name: "Create link" }).click();
    await expect(dialog(page).getByLabel("Link", { exact: true })).toBeVisible();
    await judge(page, "link", sheet);

    const { secret } = await createKey(server, { role: "READ", workspaceId: shop });
    await openWhole(page, server, { workspace: shop, key: secret, search: "view=settings" });
    await judge(page, "settings of others");
  });

  test("on the first page", async ({ page, server }) => {
    const shop = await openShop(server);
    await openWhole(page, server, { workspace: shop });
    await page.getByText("The node, to paste onto the canvas").click();
    await judge(page, "welcome");
  });
});

test("the first page's lines count, and it then shows the figures by itself", async ({ page, server, context, watch }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const shop = await openShop(server, { id: `it's:${crypto.randomUUID()}`.replace("'", "-"), name: "The new shop" });
  const { secret } = await createKey(server, { role: "TRACK", workspaceId: shop });
  await openDashboard(page, server, { workspace: shop });
  await expect(page.getByRole("heading", { name: "Count the first answer" })).toBeVisible();
  await expect(page.getByText("There is one: A key of one test.")).toBeVisible();
  await page.getByLabel("The key's secret").fill(secret);
  const copied = async (region: string) => {
    const button = page.getByRole("region", { name: region }).locator("xpath=following::button[1]");
    await button.click();
    await expect(button).toHaveText("Copied");
    return page.evaluate(() => navigator.clipboard.readText());
  };

  await page.getByText("The node, to paste onto the canvas").click();
  const { nodes } = JSON.parse(await copied("The node, to paste onto the canvas")) as {
    nodes: [{ type: string; parameters: { method: string; url: string; headerParameters: { parameters: [{ name: string; value: string }] }; jsonBody: string } }];
  };
  const [{ type, parameters }] = nodes;
  expect(type).toBe("n8n-nodes-base.httpRequest");
  expect(parameters).toMatchObject({ method: "POST", url: `${server.url}/graphql` });

  const run = promisify(execFile);
  const line = await copied("From a terminal");
  const { stdout } = await run("bash", ["-c", line]);
  expect(JSON.parse(stdout)).toEqual({ data: { trackUsage: { tracked: true, reason: null, message: null } } });
  await expect(page.getByRole("table", { name: "Top clients" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Count the first answer" })).toBeHidden();
  await expect(page.getByText("€0.005").first()).toBeVisible();

  // As N8N computes it, for a message of Bruno's.
  const expression = /^=\{\{(.*)\}\}$/.exec(parameters.jsonBody)?.[1] ?? "";
  const [header] = parameters.headerParameters.parameters;
  const answer = await fetch(parameters.url, {
    method: parameters.method,
    headers: { [header.name]: header.value, "Content-Type": "application/json" },
    body: runInNewContext(expression, { $json: { from: "+393330000002", answer: "Ciao!", messageId: "m-1" } }) as string,
  });
  expect(await answer.json()).toEqual({ data: { trackUsage: { tracked: true, reason: null, message: null } } });
  await run("bash", ["-c", line]); // it counts no second time
  const { stats } = await api<{ stats: unknown }>(server, "query ($id: ID!) { stats(workspaceId: $id) { totalMessages topClients { clientId messages } } }", { id: shop });
  expect(stats).toEqual({
    totalMessages: 2,
    topClients: expect.arrayContaining([
      { clientId: "anna", messages: 1 },
      { clientId: "bruno", messages: 1 },
    ]) as unknown,
  });
  await expect(page.getByRole("table", { name: "Top clients" }).getByRole("link", { name: "Bruno Bosco" })).toBeVisible();
  expect(watch.complaints).toEqual([]);
});
