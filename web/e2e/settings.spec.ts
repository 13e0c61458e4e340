// What who manages a workspace changes in it, and what the other roles see of that.

import { expect, type Page } from "@playwright/test";
import { api, createKey, openDashboard, openShop, test, track } from "./dashboard";
import type { Server } from "./server";

type Tab = "workspace" | "customers" | "keys" | "links";

const openSettings = (page: Page, server: Server, workspace: string, tab: Tab) => openDashboard(page, server, { workspace, search: `view=settings&tab=${tab}` });

const dialog = (page: Page) => page.getByRole("dialog");
const row = (page: Page, text: string) => page.getByRole("listitem").filter({ hasText: text });
const menu = (page: Page) => page.getByRole("button", { name: "More", exact: true });
const switcher = (page: Page) => page.getByRole("button", { name: /^Switch workspace/ });

interface Refusable {
  trackUsage: { tracked: boolean; reason: string | null; usage: { price: number } | null };
}

/** Tries to count an answer, which the API may decline. */
async function tryTrack(server: Server, input: object, key?: string): Promise<Refusable["trackUsage"]> {
  const { trackUsage } = await api<Refusable>(server, "mutation ($input: TrackUsageInput!) { trackUsage(input: $input) { tracked reason usage { price } } }", { input }, key);
  return trackUsage;
}

/** The status that the API answers a key with. */
async function statusFor(server: Server, key: string): Promise<number> {
  const { status } = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query: "{ viewer { role } }" }),
  });
  return status;
}

/** The texts of the menu of the page. */
async function choices(page: Page): Promise<string[]> {
  await menu(page).click();
  const texts = await page.locator(".choice").allInnerTexts();
  await page.keyboard.press("Escape");
  return texts.map((text) => text.trim());
}

test("name, time zone and prices are kept, and an answer costs the new price", async ({ page, server, watch }) => {
  const shop = await openShop(server, { timeZone: "Europe/Rome" });
  await openSettings(page, server, shop, "workspace");
  const general = page.getByRole("region", { name: "Workspace", exact: true });
  await general.getByLabel("Name").fill("Bottega");
  await general.getByRole("button", { name: /^Time zone: Europe\/Rome/ }).click();
  await page.getByRole("combobox", { name: "Search time zones" }).fill("new york");
  await page.getByRole("combobox", { name: "Search time zones" }).press("Enter");
  await expect(general.getByText("moves every day boundary, of the past too")).toBeVisible();
  await general.getByRole("button", { name: "Save" }).click();
  await expect(general.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  await expect(switcher(page)).toHaveAccessibleName("Switch workspace: Bottega");

  const list = page.getByRole("region", { name: "Price list" });
  await list.getByRole("button", { name: "Add a price" }).click();
  await list.getByLabel("Kind").fill("message");
  await list.getByLabel("Price in EUR").fill("0.012345679");
  await list.getByRole("button", { name: "Save" }).click();
  await expect(list.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();

  expect(await tryTrack(server, { workspaceId: shop, clientId: "anna" })).toEqual({ tracked: true, reason: null, usage: { price: 0.012345679 } });
  const { workspace } = await api<{ workspace: unknown }>(server, "query ($id: ID!) { workspace(id: $id) { name timeZone prices { kind price } } }", { id: shop });
  expect(workspace).toEqual({ name: "Bottega", timeZone: "America/New_York", prices: [{ kind: "message", price: 0.012345679 }] });
  await page.reload();
  await expect(general.getByLabel("Name")).toHaveValue("Bottega");
  await expect(general.getByRole("button", { name: /^Time zone: America\/New York/ })).toBeVisible();
  await expect(list.getByLabel("Kind")).toHaveValue("message");
  await expect(list.getByLabel("Price in EUR")).toHaveValue("0.012345679");

  // What is no price is told at its field, and nothing is sent.
  await list.getByLabel("Price in EUR").fill("1.000.000");
  await list.getByRole("button", { name: "Save" }).click();
  await expect(list.getByLabel("Price in EUR")).toHaveAccessibleDescription(/Write a number/);
  expect(watch.complaints).toEqual([]);
});

test("the currency can be changed until something is counted; then the field says why not", async ({ page, server }) => {
  const shop = await openShop(server);
  await openSettings(page, server, shop, "workspace");
  const general = page.getByRole("region", { name: "Workspace", exact: true });
  const choose = async (code: string) => {
    await general.getByRole("button", { name: /^Currency: / }).click();
    await page.getByRole("combobox", { name: "Search currencies" }).fill(code);
    await page.getByRole("option", { name: code }).click();
    await general.getByRole("button", { name: "Save" }).click();
  };
  await choose("USD");
  await expect(general.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  await track(server, { workspace: shop });
  await choose("CHF");
  await expect(general.getByRole("group", { name: "Currency" }).getByRole("alert")).toContainText(/currency/i);
  await expect(general.getByRole("alert")).toHaveCount(1);
  const { workspace } = await api<{ workspace: unknown }>(server, "query ($id: ID!) { workspace(id: $id) { currency } }", { id: shop });
  expect(workspace).toEqual({ currency: "USD" });
});

test("customers: added, found, edited, switched off, erased", async ({ page, server, watch }) => {
  const shop = await openShop(server);
  await openSettings(page, server, shop, "customers");
  await expect(page.getByText("2 customers")).toBeVisible();
  await page.getByRole("button", { name: "Add customer" }).click();
  await dialog(page).getByLabel("Name").fill("Carla Costa");
  await dialog(page).getByLabel("Phone").fill("+39 333 000 0003");
  await dialog(page).getByLabel("E-mail").fill("carla@example.com");
  await dialog(page).getByLabel("Id").fill("carla");
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByText("3 customers")).toBeVisible();

  // A taken phone is told at its field.
  await page.getByRole("button", { name: "Add customer" }).click();
  await dialog(page).getByLabel("Phone").fill("+39 333 000 0001");
  await dialog(page).getByRole("button", { name: "Add customer" }).click();
  await expect(dialog(page).getByLabel("Phone")).toHaveAttribute("aria-invalid", "true");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();

  const search = page.getByRole("searchbox");
  for (const text of ["costa", "333 000 0003", "carla@", "CARLA"]) {
    await search.fill(text);
    await expect(page.getByText("1 found")).toBeVisible();
    await expect(row(page, "Carla Costa")).toBeVisible();
    await search.fill("nobody of this name");
    await expect(page.getByText("Nobody matches")).toBeVisible();
  }
  await search.fill("");
  await expect(page.getByText("3 customers")).toBeVisible();

  await page.getByRole("button", { name: "Edit Carla Costa" }).click();
  await dialog(page).getByLabel("Name").fill("Carla Conti");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(row(page, "Carla Conti")).toContainText("+393330000003");

  await track(server, { workspace: shop, client: "carla", price: "0.5" });
  const active = page.getByRole("switch", { name: "Chatbot active for Carla Conti" });
  await active.click();
  await expect(active).not.toBeChecked();
  await expect.poll(() => tryTrack(server, { workspaceId: shop, clientId: "carla" })).toMatchObject({ tracked: false, reason: "CUSTOMER_INACTIVE" });
  await active.click();
  await expect(active).toBeChecked();
  await expect.poll(() => tryTrack(server, { workspaceId: shop, clientId: "carla", price: 0.25 })).toMatchObject({ tracked: true });

  await page.getByRole("button", { name: "Erase the personal data of Carla Conti" }).click();
  await expect(dialog(page)).toContainText("What was counted stays");
  await dialog(page).getByRole("button", { name: "Erase" }).click();
  await expect(page.getByRole("status").filter({ hasText: "The personal data of carla is erased." })).toBeVisible();
  await expect(page.getByText("Carla Conti")).toHaveCount(0);
  await page.getByRole("link", { name: "carla" }).click();
  await expect(page.getByRole("heading", { name: "carla" })).toBeVisible();
  await expect(page.getByText("they were erased, or never given")).toBeVisible();
  await expect(page.getByRole("region", { name: "Usages" }).getByRole("row")).toHaveCount(3); // its head, too
  const { stats } = await api<{ stats: unknown }>(server, "query ($id: ID!) { stats(workspaceId: $id) { topClients { clientId clientName clientPhone messages cost } } }", { id: shop });
  expect(stats).toEqual({ topClients: [{ clientId: "carla", clientName: null, clientPhone: null, messages: 2, cost: 0.75 }] });
  expect(watch.complaints).toEqual([]);
});

test("an API key: its secret is shown once and works until it is revoked", async ({ page, server }) => {
  const shop = await openShop(server);
  await openSettings(page, server, shop, "keys");
  await page.getByRole("button", { name: "New key" }).click();
  await dialog(page).getByRole("button", { name: "Create key" }).click();
  await expect(dialog(page).getByLabel("Name")).toHaveAccessibleDescription(/Give it a name/);
  await dialog(page).getByLabel("Name").fill("The flow");
  await dialog(page).getByRole("radio", { name: /^TRACK/ }).check();
  await dialog(page).getByRole("button", { name: "Create key" }).click();
  const secret = await dialog(page).getByLabel("Secret").inputValue();
  await dialog(page).getByRole("button", { name: "Done" }).click();
  await expect(row(page, "The flow")).toContainText("TRACK");
  await expect(row(page, "The flow")).toContainText("never expires");
  await page.reload();
  await expect(row(page, "The flow")).toBeVisible();
  expect(await page.content()).not.toContain(secret);

  expect(await api(server, "{ viewer { role workspaceId } }", {}, secret)).toEqual({ viewer: { role: "TRACK", workspaceId: shop } });
  expect(await tryTrack(server, { workspaceId: shop, clientId: "anna" }, secret)).toMatchObject({ tracked: true });

  await page.getByRole("button", { name: "Revoke The flow" }).click();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  expect(await statusFor(server, secret)).toBe(200);
  await page.getByRole("button", { name: "Revoke The flow" }).click();
  await dialog(page).getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("Revoked and expired (1)")).toBeVisible();
  await expect(row(page, "The flow")).toBeHidden();
  expect(await statusFor(server, secret)).toBe(401);
});

test("a shared link opens one workspace to look at, until it is revoked", async ({ page, browser, server }) => {
  const timeZone = "Pacific/Auckland";
  const shop = await openShop(server, { name: "The guest's shop", timeZone });
  const other = await openShop(server, { name: "A shop of others" });
  await track(server, { workspace: shop });
  await openDashboard(page, server, { workspace: shop });
  await menu(page).click();
  await page.getByRole("banner").getByRole("button", { name: "Share", exact: true }).click();
  await dialog(page).getByLabel("For whom").fill("Anna’s shop");
  await dialog(page).getByLabel("Expires").selectOption("In 7 days");
  await dialog(page).getByRole("button", { name: "Create link" }).click();
  const link = await dialog(page).getByLabel("Link", { exact: true }).inputValue();
  expect(link.startsWith(`${server.url}/#`)).toBe(true);
  await dialog(page).getByRole("link", { name: "See all links" }).click();

  const { apiKeys } = await api<{ apiKeys: { expiresAt: string }[] }>(server, "query ($id: ID!) { apiKeys(workspaceId: $id) { expiresAt } }", { id: shop });
  const [{ expiresAt } = { expiresAt: "" }] = apiKeys;
  // The last moment of a day of the shop's.
  const day = (time: number) => new Date(time).toLocaleDateString("sv-SE", { timeZone });
  expect(new Date(expiresAt).toLocaleTimeString("sv-SE", { timeZone })).toBe("23:59:59");
  expect((Date.parse(day(Date.parse(expiresAt))) - Date.parse(day(Date.now()))) / 86_400_000).toBe(7);
  const end = new Intl.DateTimeFormat("en-US", { timeZone, dateStyle: "medium", timeStyle: "short" }).format(Date.parse(expiresAt));
  await expect(row(page, "Anna’s shop")).toContainText(`expires ${end.replace(/\s/g, " ")}`);

  const context = await browser.newContext();
  try {
    const guest = await context.newPage();
    await guest.goto(link);
    await expect(guest.getByRole("heading", { level: 1 })).toHaveText("The guest's shop");
    expect(guest.url()).toBe(`${server.url}/?workspace=${shop}`);
    await expect(guest.getByRole("table", { name: "Top clients" })).toContainText("Anna Alba");
    await expect(switcher(guest)).toHaveCount(0);
    expect(await choices(guest)).toEqual(["Export", "Explore in GraphiQL", "Sign out"]);
    await guest.goto(`${server.url}/?workspace=${other}`);
    await expect(guest.getByRole("heading", { level: 1 })).toHaveText(`There is no workspace “${other}”`);
    await guest.goBack();
    await expect(guest.getByText("Live", { exact: true })).toBeVisible();

    await page.getByRole("button", { name: "Revoke Anna’s shop" }).click();
    await dialog(page).getByRole("button", { name: "Revoke" }).click();
    await expect(guest.getByLabel("API key")).toBeVisible();
    await expect(guest.getByRole("alert")).toHaveText("The server refused this key: it is unknown, expired or revoked.");
    await guest.reload();
    await expect(guest.getByLabel("API key")).toBeVisible();
    await guest.goto("about:blank");
    await guest.goto(link);
    await expect(guest.getByRole("alert")).toBeVisible();
    await expect(guest.getByText("The guest's shop")).toHaveCount(0);
  } finally {
    await context.close();
  }
});

test("a workspace is made and another one chosen by keyboard alone", async ({ page, server }) => {
  const first = await openShop(server, { name: "The first shop" });
  const id = `keyboard-${crypto.randomUUID()}`;
  await openDashboard(page, server, { workspace: first });
  const tabTo = async (name: string | RegExp) => {
    await expect(async () => {
      await page.keyboard.press("Tab");
      await expect(page.locator(":focus")).toHaveAccessibleName(name, { timeout: 1 });
    }).toPass({ intervals: [0] });
  };
  await tabTo("Switch workspace: The first shop");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Search workspaces" })).toBeFocused();
  await tabTo("New workspace");
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByLabel("Name")).toBeFocused();
  await page.keyboard.type("Made by keyboard");
  await tabTo("Currency");
  await page.keyboard.type("JPY");
  await tabTo("Id");
  await page.keyboard.type(id);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Made by keyboard");
  await expect(page.getByRole("heading", { name: "Count the first answer" })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("workspace")).toBe(id);
  const { workspace } = await api<{ workspace: unknown }>(server, "query ($id: ID!) { workspace(id: $id) { name currency } }", { id });
  expect(workspace).toEqual({ name: "Made by keyboard", currency: "JPY" });

  await tabTo("Switch workspace: Made by keyboard");
  await page.keyboard.press("Enter");
  await page.keyboard.type(first);
  await expect(page.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The first shop");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Made by keyboard");
});

test("READ sees no settings, and nothing of another workspace", async ({ page, server }) => {
  const shop = await openShop(server, { name: "The shop to read" });
  const other = await openShop(server);
  await track(server, { workspace: shop });
  const { secret } = await createKey(server, { role: "READ", workspaceId: shop });
  await openDashboard(page, server, { workspace: shop, key: secret });
  expect(await choices(page)).toEqual(["Export", "Explore in GraphiQL", "Sign out"]);
  await expect(switcher(page)).toHaveCount(0);
  for (const tab of ["workspace", "customers", "keys", "links"]) {
    await page.goto(`${server.url}/?workspace=${shop}&view=settings&tab=${tab}`);
    await expect(page.getByRole("heading", { name: "This key may only read" })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Settings" })).toHaveCount(0);
  }

  // A workspace of others looks like one that never was.
  const nowhere = crypto.randomUUID();
  const faces: string[] = [];
  for (const id of [other, nowhere]) {
    await page.goto(`${server.url}/?workspace=${id}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`There is no workspace “${id}”`);
    faces.push((await page.locator("#page").innerHTML()).replaceAll(id, "ID"));
  }
  expect(faces[1]).toBe(faces[0]);
});

test("MANAGE of one workspace has its settings, and no switcher", async ({ page, server }) => {
  const shop = await openShop(server, { name: "The shop to manage" });
  await track(server, { workspace: shop });
  const { secret } = await createKey(server, { role: "MANAGE", workspaceId: shop });
  await openDashboard(page, server, { workspace: "", key: secret });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The shop to manage");
  await expect(switcher(page)).toHaveCount(0);
  expect(await choices(page)).toEqual(["Export", "Share", "Settings", "Explore in GraphiQL", "Sign out"]);
  await menu(page).click();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "API keys" }).click();
  await page.getByRole("button", { name: "New key" }).click();
  await expect(dialog(page).getByRole("radio")).toHaveCount(3); // no ADMIN among them
  await expect(dialog(page).getByText("In every workspace")).toHaveCount(0);
});

test("TRACK is told that it only counts", async ({ page, server, watch }) => {
  const shop = await openShop(server, { name: "The shop that counts" });
  const { secret } = await createKey(server, { role: "TRACK", workspaceId: shop });
  await page.goto(`${server.url}/#key=${secret}&workspace=${shop}`);
  await expect(page.getByRole("heading", { name: "This key only counts" })).toBeVisible();
  await expect(page.getByText("The shop that counts")).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByLabel("API key")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("API key")).toHaveValue("");
  expect(watch.complaints).toEqual([]);
});
