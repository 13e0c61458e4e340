// Alerts from what causes them to the bell and to a receiver that is a real
// server on this machine; channels and their settings.

import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page } from "@playwright/test";
import { api, createKey, openDashboard, openShop, test as withWatch, track } from "./dashboard";
import { judge, panel, sheet } from "./judge";
import type { Server } from "./server";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on. */
  answer: { status: number; type: string; body: string };
}

/** Tests with a receiver of webhooks. */
const test = withWatch.extend<{ receiver: Receiver }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's form
  receiver: async ({}, provide) => {
    const receiver: Receiver = { url: "", received: [], answer: { status: 200, type: "text/plain", body: "Noted." } };
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (piece: string) => (body += piece));
      request.on("end", () => {
        receiver.received.push({ headers: request.headers, body });
        response.writeHead(receiver.answer.status, { "content-type": receiver.answer.type }).end(receiver.answer.body);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    await provide(Object.assign(receiver, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }));
    server.close();
  },
});

const dialog = (page: Page) => page.getByRole("dialog");
const bell = (page: Page) => page.getByRole("button", { name: /^Alerts/ });
const history = (page: Page) => page.getByRole("region", { name: "Alerts", exact: true });
const channel = (page: Page, name: string) => page.getByRole("listitem", { name });
const openSettings = (page: Page, server: Server, shop: string) => openDashboard(page, server, { workspace: shop, search: "view=settings&tab=alerts" });

/** Makes a channel by the API and gives its id. */
async function createChannel(server: Server, shop: string, input: object): Promise<string> {
  const { createAlertChannel } = await api<{ createAlertChannel: { channel: { id: string } } }>(
    server,
    "mutation ($shop: ID!, $input: CreateAlertChannelInput!) { createAlertChannel(workspaceId: $shop, input: $input) { channel { id } } }",
    { shop, input: { kind: "WEBHOOK", ...input } },
  );
  return createAlertChannel.channel.id;
}

/** Sets a budget of 1 with a threshold of 50 %, and crosses that. */
async function crossThreshold(server: Server, shop: string): Promise<void> {
  await api(server, "mutation ($shop: ID!) { setBudget(workspaceId: $shop, input: { monthlyLimit: 1, thresholds: [50] }) { version } }", { shop });
  await track(server, { workspace: shop, price: "0.6" });
}

async function alertOf(server: Server, shop: string, language: string): Promise<{ title: string; text: string }> {
  const { alerts } = await api<{ alerts: { edges: [{ node: { title: string; text: string } }] } }>(
    server,
    "query ($shop: ID!, $language: String!) { alerts(first: 1, where: { workspaceId: $shop }) { edges { node { title(language: $language) text(language: $language) } } } }",
    { shop, language },
  );
  return alerts.edges[0].node;
}

test("a webhook is made, shows its secret once, and gets a test that the secret signs", async ({ page, server, receiver, watch }) => {
  const shop = await openShop(server);
  await openSettings(page, server, shop);
  await expect(page.getByText("Only the bell tells so far")).toBeVisible();
  await page.getByRole("button", { name: "New channel" }).click();
  const target = dialog(page).getByLabel("URL", { exact: true });
  const create = dialog(page).getByRole("button", { name: "Create channel" });
  await create.click();
  await expect(target).toHaveAccessibleDescription(/Give the URL/);
  for (const [typed, fault] of [
    ["no address", /URL such as/],
    ["http://10.1.2.3/hook", /private network/],
  ] as const) {
    await target.fill(typed);
    await create.click();
    await expect(target).toHaveAccessibleDescription(fault);
  }
  await dialog(page).getByRole("radio", { name: /^E-mail/ }).check();
  await dialog(page).getByLabel("E-mail addresses").fill("anna@example.com");
  await create.click();
  await expect(dialog(page).getByRole("alert")).toContainText("This server sends no e-mail");
  await dialog(page).getByRole("radio", { name: /^Webhook/ }).check();
  await target.fill(receiver.url);
  await dialog(page).getByLabel("Name").fill("The flow");
  await dialog(page).getByRole("checkbox", { name: /^Weekly report/ }).check();
  await create.click();
  const secret = await dialog(page).getByLabel("Secret").inputValue();
  expect(secret).toMatch(/^whsec_/);
  await expect(dialog(page)).toContainText("it is not shown again");
  await dialog(page).getByRole("button", { name: "Done" }).click();

  const row = channel(page, "The flow");
  await expect(row).toContainText("weekly report");
  await expect(row).not.toContainText("monthly report");
  await row.getByRole("button", { name: "Send a test to The flow" }).click();
  await expect(row.getByRole("status")).toContainText(/The test arrived\..*Status 200.*Noted\./);
  expect(receiver.received).toHaveLength(1);
  const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
  expect(JSON.parse(body)).toMatchObject({ type: "channel.test" });
  const signed = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"));
  signed.update(`${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`);
  expect(headers["webhook-signature"]).toBe(`v1,${signed.digest("base64")}`);

  await page.reload();
  await row.getByRole("button", { name: "Deliveries to The flow" }).click();
  await expect(dialog(page).getByRole("listitem").first()).toContainText("Arrived");
  await page.keyboard.press("Escape");
  expect(await page.content()).not.toContain(secret);

  await row.getByRole("button", { name: "New secret for The flow" }).click();
  await dialog(page).getByLabel("The old secret ends").selectOption("In 1 hour");
  await dialog(page).getByRole("button", { name: "Make a new secret" }).click();
  expect(await dialog(page).getByLabel("New secret").inputValue()).not.toBe(secret);
  await dialog(page).getByRole("button", { name: "Done" }).click();
  await row.getByRole("button", { name: "Send a test to The flow" }).click();
  await expect.poll(() => receiver.received.at(-1)?.headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/); // both sign

  const told = row.getByRole("switch", { name: "The flow is told" });
  await told.click();
  await expect(told).not.toBeChecked();
  await expect(row).toContainText("Told nothing since");
  await told.click();
  await expect(told).toBeChecked();
  await row.getByRole("button", { name: "Remove The flow" }).click();
  await dialog(page).getByRole("button", { name: "Remove", exact: true }).click();
  await expect(row).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Alert channels" })).toBeFocused();
  expect(watch.complaints).toEqual([]);
});

test("a threshold that is reached rings the bell, says so in both languages, and arrives at the channel", async ({ page, server, receiver, watch }) => {
  const shop = await openShop(server);
  await createChannel(server, shop, { target: receiver.url, name: "The flow" });
  await openDashboard(page, server, { workspace: shop });
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await expect(bell(page)).toHaveAccessibleName("Alerts");
  await bell(page).click();
  await expect(history(page)).toContainText("Nothing to tell yet");
  await page.keyboard.press("Escape");
  await expect(bell(page)).toBeFocused();

  await crossThreshold(server, shop);
  await expect(bell(page)).toHaveAccessibleName("Alerts: 1 new alert", { timeout: 40_000 });
  await bell(page).click();
  const alert = history(page).getByRole("listitem").first();
  const told = await alertOf(server, shop, "en");
  await expect(alert.getByRole("heading")).toHaveText(`New${told.title}`);
  await expect(alert).toContainText(told.text);
  await expect(history(page).getByRole("heading", { name: "Today" })).toBeVisible();
  await expect(alert.getByRole("list", { name: "Deliveries" })).toContainText("ArrivedThe flow", { timeout: 20_000 });
  await alert.getByText("The flow").click();
  await expect(alert).toContainText(/Status 200.*Noted\./);
  expect(receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(["budget.threshold_reached"]);
  await expect(bell(page)).toHaveAccessibleName("Alerts");

  await history(page).getByLabel("Show").selectOption("Reports");
  await expect(history(page)).toContainText("Nothing of this sort.");
  await history(page).getByLabel("Show").selectOption("Everything");
  await alert.getByRole("link", { name: "See the month" }).click();
  await expect(page).toHaveURL(/range=month/);
  await expect(history(page)).toHaveCount(0);

  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByLabel("Language").selectOption("Italiano");
  await page.reload();
  await page.getByRole("button", { name: "Avvisi", exact: true }).click(); // it was seen
  const italian = await alertOf(server, shop, "it");
  expect(italian.title).not.toBe(told.title);
  await expect(page.getByRole("region", { name: "Avvisi" })).toContainText(italian.title);
  await expect(page.getByRole("region", { name: "Avvisi" })).toContainText(italian.text);
  expect(watch.complaints).toEqual([]);
});

test("what a failing receiver answers is shown as text, and is sent again by hand", async ({ page, server, receiver, watch }) => {
  const shop = await openShop(server);
  const script = "<script>window.taken = true</script><img src=x onerror='window.taken = true'><b>No.</b>";
  receiver.answer = { status: 500, type: "text/html", body: script };
  await createChannel(server, shop, { target: receiver.url, name: "The flow" });
  await crossThreshold(server, shop);
  await openDashboard(page, server, { workspace: shop });
  await bell(page).click();
  const alert = history(page).getByRole("listitem").first();
  await expect(alert).toContainText("FailingThe flow", { timeout: 20_000 });
  await alert.getByText("The flow").click();
  await expect(alert).toContainText("Status 500");
  await expect(alert.getByRole("group", { name: "Answer" }).first()).toHaveText(script);
  expect(await page.evaluate(() => "taken" in window)).toBe(false);

  receiver.answer = { status: 204, type: "text/plain", body: "" };
  await alert.getByRole("button", { name: "Send again" }).click();
  await expect(alert).toContainText("ArrivedThe flow", { timeout: 20_000 });
  await expect(alert).toContainText("Status 204");
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(watch.complaints).toEqual([]);
});

test("two tabs: who saves a channel second is told, and chooses", async ({ page, server, receiver, context }) => {
  const shop = await openShop(server);
  await createChannel(server, shop, { target: receiver.url, name: "The flow" });
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await openSettings(tab, server, shop);
    await tab.getByRole("button", { name: "Edit The flow" }).click();
  }
  const save = async (tab: Page, name: string) => {
    await dialog(tab).getByLabel("Name").fill(name);
    await dialog(tab).getByRole("button", { name: "Save", exact: true }).click();
  };
  await dialog(page).getByRole("checkbox", { name: /^Silence/ }).uncheck();
  await save(page, "The first");
  await expect(dialog(page)).toBeHidden();
  await expect(channel(page, "The first")).not.toContainText("silence");
  await save(other, "The second");
  const alert = dialog(other).getByRole("alert");
  await expect(alert).toContainText("Changed elsewhere meanwhile");
  await expect(alert).toContainText("The first");
  await alert.getByRole("button", { name: "Save mine in its place" }).click();
  await expect(dialog(other)).toBeHidden();
  await expect(channel(other, "The second")).toContainText("everything but reports");

  await page.getByRole("button", { name: "Edit The first" }).click();
  await save(page, "The third");
  await dialog(page).getByRole("button", { name: "Take that one" }).click();
  await expect(channel(page, "The second")).toBeVisible();

  await page.getByRole("button", { name: "Edit The second" }).click();
  await other.getByRole("button", { name: "Remove The second" }).click();
  await dialog(other).getByRole("button", { name: "Remove", exact: true }).click();
  await expect(channel(other, "The second")).toHaveCount(0);
  await save(page, "The fourth");
  await expect(dialog(page).getByRole("alert")).toContainText(/no channel/);
});

test("READ hears the bell, and sees neither deliveries nor settings", async ({ page, server, receiver, watch }) => {
  const shop = await openShop(server);
  await createChannel(server, shop, { target: receiver.url, name: "The flow" });
  await crossThreshold(server, shop);
  const { secret } = await createKey(server, { role: "READ", workspaceId: shop });
  await openDashboard(page, server, { workspace: shop, key: secret });
  await expect(bell(page)).toHaveAccessibleName("Alerts: 1 new alert");
  await bell(page).click();
  const alert = history(page).getByRole("listitem").first();
  await expect(alert).toContainText((await alertOf(server, shop, "en")).title);
  await expect(history(page).getByRole("list", { name: "Deliveries" })).toHaveCount(0);
  await expect(history(page).getByRole("link", { name: "Channels" })).toHaveCount(0);
  await expect(history(page)).not.toContainText("The flow");
  await openDashboard(page, server, { workspace: shop, key: secret, search: "view=settings&tab=alerts" });
  await expect(page.getByRole("heading", { name: "This key may only read" })).toBeVisible();
  expect(watch.complaints).toEqual([]);
});

test("language and hour of what is sent are kept; a failure of the server is told, and tried again", async ({ page, server, watch }) => {
  const shop = await openShop(server);
  await openSettings(page, server, shop);
  const form = page.getByRole("region", { name: "Language and reports" });
  await form.getByLabel("Language of alerts and reports").selectOption("Italiano");
  await form.getByLabel("Hour of the reports").selectOption("18:00");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  const { workspace } = await api<{ workspace: unknown }>(server, "query ($id: ID!) { workspace(id: $id) { language reportHour } }", { id: shop });
  expect(workspace).toEqual({ language: "it", reportHour: 18 });

  await page.route("**/graphql", async (route) => {
    const { query } = route.request().postDataJSON() as { query: string };
    if (!query.includes("query Alerts(")) return route.fallback();
    return route.fulfill({ json: { data: null, errors: [{ message: "The history is out of order.", extensions: { code: "INTERNAL" } }] } });
  });
  await bell(page).click();
  await expect(history(page).getByRole("alert")).toContainText("The history is out of order.");
  await page.unrouteAll({ behavior: "wait" });
  await history(page).getByRole("button", { name: "Try again" }).click();
  await expect(history(page)).toContainText("Nothing to tell yet");
  await history(page).getByRole("link", { name: "Choose who else is told" }).click();
  await expect(page).toHaveURL(/tab=alerts/);
  expect(watch.complaints).toEqual([]);
});

test("axe and a phone find nothing wrong with alerts", async ({ page, server, receiver }) => {
  test.slow(); // so many faces
  const shop = await openShop(server);
  await openSettings(page, server, shop);
  await judge(page, "no channel");
  await bell(page).click();
  await judge(page, "no alert", panel);
  await page.keyboard.press("Escape");
  receiver.answer = { status: 500, type: "text/html", body: `<h1>${"A long answer. ".repeat(60)}</h1>` };
  await createChannel(server, shop, { target: `${receiver.url}/${"long-".repeat(40)}`, name: "The flow of the shop in the long street" });
  const silent = await createChannel(server, shop, { kind: "SLACK", target: receiver.url, name: "Chat" });
  await api(server, "mutation ($shop: ID!, $id: ID!) { updateAlertChannel(workspaceId: $shop, id: $id, input: { enabled: false }) { id } }", { shop, id: silent });
  await crossThreshold(server, shop);
  await page.reload();
  await page.getByRole("button", { name: "Send a test to Chat" }).click();
  await expect(channel(page, "Chat").getByRole("status")).toContainText("did not arrive");
  await judge(page, "channels");
  await bell(page).click();
  await expect(history(page)).toContainText("Failing", { timeout: 20_000 });
  await history(page)
    .locator("details")
    .evaluateAll((all) => {
      for (const each of all) (each as HTMLDetailsElement).open = true;
    });
  await judge(page, "the history", panel);
  await page.keyboard.press("Escape");
  for (const [button, then] of [
    ["New channel", "Create channel"],
    ["Edit Chat", ""],
    ["New secret for The flow of the shop in the long street", "Make a new secret"],
    ["Remove Chat", ""],
    ["Deliveries to Chat", ""],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    if (then !== "") await dialog(page).getByRole("button", { name: then }).click();
    if (button.startsWith("New secret")) await expect(dialog(page).getByLabel("New secret")).toBeVisible();
    if (button.startsWith("Deliveries")) await dialog(page).locator("summary").first().click();
    await judge(page, button, sheet);
    await page.keyboard.press("Escape");
  }
});
