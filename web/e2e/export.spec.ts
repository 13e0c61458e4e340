// What the page gives away as files: they hold exactly what the screen shows.

import { createServer, request as ask } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { type Download, expect, type Page } from "@playwright/test";
import { api, openDashboard, openShop, test } from "./dashboard";
import { nanos, sum } from "./exact";
import type { Server } from "./server";

const timeZone = "America/New_York";
const start = "2026-03-02";
const end = "2026-03-15"; // the clocks change on the 8th
const filter = { kinds: ["message", "image"], weekdays: ["MONDAY", "FRIDAY", "SUNDAY"] };
const search = `range=${start}..${end}&kinds=message&kinds=image&weekdays=MONDAY&weekdays=FRIDAY&weekdays=SUNDAY`;

/** Counts usages of three weeks, and gives the workspace; some names are such as spreadsheets and parsers stumble over. */
async function openBusyShop(server: Server): Promise<string> {
  const shop = await openShop(server, { id: `export:${crypto.randomUUID()}`, name: "The shop to export", timeZone });
  await api(
    server,
    `mutation ($shop: ID!, $comma: String, $formula: String) {
      comma: upsertCustomer(workspaceId: $shop, input: { clientId: "comma", name: $comma }) { id }
      formula: upsertCustomer(workspaceId: $shop, input: { clientId: "formula", name: $formula }) { id }
    }`,
    { shop, comma: 'Dé "Nino", Rossi', formula: "=1+1" },
  );
  const clients = ["anna", "bruno", "comma", "formula"];
  const kinds = ["message", "image", "audio"];
  const inputs = Array.from({ length: 600 }, (_, n) => ({
    workspaceId: shop,
    clientId: clients[n % 4],
    kind: kinds[n % 3],
    ...(n % 2 === 0 && { model: "gpt-4o", inputTokens: n, outputTokens: 2 * n }),
    price: `${n % 7}.${String(n * 1_234_567 + 1).padStart(9, "0")}`,
    occurredAt: new Date(Date.parse("2026-02-27T04:30:00Z") + n * 50 * 60_000).toISOString(),
  }));
  const { trackUsageBatch } = await api<{ trackUsageBatch: unknown }>(server, "mutation ($inputs: [TrackUsageInput!]!) { trackUsageBatch(inputs: $inputs) { tracked } }", { inputs });
  expect(trackUsageBatch).toEqual({ tracked: inputs.length });
  return shop;
}

interface Figures {
  totalCost: number;
  totalMessages: number;
  dailyUsage: { date: string; cost: number; messages: number }[];
  topClients: { clientId: string; cost: number; messages: number }[];
}

/** What the API says of the range and filter that the screen shows. */
async function figuresOf(server: Server, shop: string): Promise<Figures> {
  const { stats } = await api<{ stats: Figures }>(
    server,
    `query ($id: ID!, $range: DateRange, $filter: UsageFilter) {
      stats(workspaceId: $id, range: $range, filter: $filter) {
        totalCost
        totalMessages
        dailyUsage { date cost messages }
        topClients { clientId cost messages }
      }
    }`,
    { id: shop, range: { startDate: start, endDate: end }, filter },
  );
  return stats;
}

/** Opens the export's window and chooses. */
async function choose(page: Page, rows: "day and client" | "answer", format: "CSV" | "JSON"): Promise<void> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("banner").getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("dialog").getByRole("radio", { name: `A row for each ${rows}` }).check();
  await page.getByRole("dialog").getByRole("radio", { name: format }).check();
}

const startExport = (page: Page) => page.getByRole("dialog").getByRole("button", { name: "Export", exact: true }).click();

/** A browser without a window for files gives exports to its downloads. */
async function withoutPicker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    delete (window as { showSaveFilePicker?: unknown }).showSaveFilePicker;
  });
}

/** Exports, and gives the file's name and text. */
async function exported(page: Page, rows: "day and client" | "answer", format: "CSV" | "JSON"): Promise<{ name: string; text: string }> {
  await choose(page, rows, format);
  const saved = page.waitForEvent("download");
  await startExport(page);
  const download = await saved;
  await expect(page.getByRole("dialog").getByRole("status")).toContainText(`Saved as ${download.suggestedFilename()}`);
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  return { name: download.suggestedFilename(), text: await textOf(download) };
}

async function textOf(download: Download): Promise<string> {
  return readFile(await download.path(), "utf8");
}

/** RFC 4180, read as strictly as it is written. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const [, quoted, plain = "", by] = cell.exec(text) ?? [];
    if (by === undefined) throw new Error(`no cell at ${at}: ${text.slice(at, at + 40)}`);
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (by === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** The data of a JSON export, with amounts as they are written. */
function parseJson(text: string): Record<string, string | number | null>[] {
  const { success, data } = JSON.parse(text.replace(/"(cost|price)":([\d.]+)/g, '"$1":"$2"')) as { success: boolean; data: Record<string, string | number | null>[] };
  expect(success).toBe(true);
  return data;
}

const inWords = (value: string | number | null | undefined) => (value === null || value === undefined ? "" : String(value));

/** Cells as CSV writes them: no spreadsheet runs what would be a formula. */
const guarded = (text: string) => (/^[=+\-@\t\r]/.test(text) && !/^\+\d+$/.test(text) ? `'${text}` : text);

test("a row for each day and client, as CSV and JSON, adds up to the screen", async ({ page, server, watch }) => {
  const shop = await openBusyShop(server);
  const figures = await figuresOf(server, shop);
  await withoutPicker(page);
  await openDashboard(page, server, { workspace: shop, search });
  await choose(page, "day and client", "CSV");
  const holds = page.getByRole("dialog").getByLabel("What it holds");
  await expect(holds).toContainText("14 days");
  await expect(holds).toContainText("message, image");
  await expect(holds).toContainText("Monday, Friday, Sunday");
  await page.keyboard.press("Escape");

  const csv = await exported(page, "day and client", "CSV");
  expect(csv.name).toBe(`usage-${shop.replace(":", "_")}-${start}-${end}.csv`);
  const [head, ...rows] = parseCsv(csv.text);
  expect(head).toEqual(["Date", "Client Name", "Client Phone", "Cost (EUR)", "Messages"]);
  expect(sum(rows.map(([, , , cost = ""]) => cost))).toBe(nanos(figures.totalCost));
  expect(rows.reduce((total, [, , , , messages]) => total + Number(messages), 0)).toBe(figures.totalMessages);
  for (const { date, cost, messages } of figures.dailyUsage) {
    const ofDay = rows.filter(([day]) => day === date);
    expect(sum(ofDay.map(([, , , amount = ""]) => amount)), date).toBe(nanos(cost));
    expect(ofDay.reduce((total, [, , , , n]) => total + Number(n), 0), date).toBe(messages);
  }
  expect(rows.some(([, name]) => name === "'=1+1")).toBe(true);
  expect(rows.some(([, name]) => name === 'Dé "Nino", Rossi')).toBe(true);

  const json = await exported(page, "day and client", "JSON");
  expect(json.name).toBe(csv.name.replace(/csv$/, "json"));
  const data = parseJson(json.text);
  expect(data.map(({ date, clientName, clientPhone, cost, messages }) => [date, guarded(inWords(clientName)), inWords(clientPhone), cost, messages].map(inWords))).toEqual(rows);
  for (const { clientId, cost } of figures.topClients) {
    expect(sum(data.filter((row) => row.clientId === clientId).map((row) => inWords(row.cost))), clientId).toBe(nanos(cost));
  }
  expect(watch.complaints).toEqual([]);
});

test("a row for each answer, as CSV and JSON, adds up to the screen", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  const figures = await figuresOf(server, shop);
  await withoutPicker(page);
  await openDashboard(page, server, { workspace: shop, search });
  const csv = await exported(page, "answer", "CSV");
  expect(csv.name).toBe(`usage-${shop.replace(":", "_")}-${start}-${end}.csv`);
  const [head, ...rows] = parseCsv(csv.text);
  expect(head).toEqual(["Id", "Created At", "Client Id", "Client Name", "Client Phone", "Kind", "Model", "Input Tokens", "Output Tokens", "Price (EUR)"]);
  expect(rows).toHaveLength(figures.totalMessages);
  expect(sum(rows.map((row) => row[9] ?? ""))).toBe(nanos(figures.totalCost));
  expect([...new Set(rows.map((row) => row[5]))].sort()).toEqual(["image", "message"]);
  const days = rows.map(([, time = ""]) => time.slice(0, 10)); // with the shop's own offset
  expect(days.every((day) => start <= day && day <= end && [0, 1, 5].includes(new Date(day).getUTCDay()))).toBe(true);
  for (const { date, messages } of figures.dailyUsage) expect(days.filter((day) => day === date).length, date).toBe(messages);

  const data = parseJson((await exported(page, "answer", "JSON")).text);
  const names = ["id", "createdAt", "clientId", "clientName", "clientPhone", "kind", "model", "inputTokens", "outputTokens", "price"];
  expect(data.map((row) => names.map((name) => (name === "clientName" ? guarded(inWords(row[name])) : inWords(row[name]))))).toEqual(rows);
});

test("a client's page exports that client alone", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  await withoutPicker(page);
  await openDashboard(page, server, { workspace: shop, search: `${search}&view=client&client=comma` });
  const data = parseJson((await exported(page, "day and client", "JSON")).text);
  const { topClients } = await figuresOf(server, shop);
  expect(new Set(data.map(({ clientId }) => clientId))).toEqual(new Set(["comma"]));
  expect(sum(data.map(({ cost }) => inWords(cost)))).toBe(nanos(topClients.find(({ clientId }) => clientId === "comma")?.cost ?? 0));
});

test.describe("where the browser writes files", () => {
  /** Lets the page write where only it can look, in place of the window that asks a person. */
  async function withPicker(page: Page): Promise<void> {
    await page.addInitScript(() => {
      (window as { showSaveFilePicker?: unknown }).showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }) => {
        const folder = await navigator.storage.getDirectory();
        return folder.getFileHandle(suggestedName, { create: true });
      };
    });
  }

  const files = (page: Page) =>
    page.evaluate(async () => {
      const found: Record<string, string> = {};
      const folder = await navigator.storage.getDirectory();
      for await (const handle of folder.values()) if (handle instanceof FileSystemFileHandle) found[handle.name] = await (await handle.getFile()).text();
      return found;
    });

  test("the file is whole", async ({ page, server }) => {
    const shop = await openBusyShop(server);
    await withPicker(page);
    await openDashboard(page, server, { workspace: shop, search });
    await choose(page, "day and client", "CSV");
    await startExport(page);
    const name = `usage-${shop.replace(":", "_")}-${start}-${end}.csv`;
    await expect(page.getByRole("dialog").getByRole("status")).toContainText(`Saved as ${name}`);
    const { [name]: text = "" } = await files(page);
    const [, ...rows] = parseCsv(text);
    expect(sum(rows.map(([, , , cost = ""]) => cost))).toBe(nanos((await figuresOf(server, shop)).totalCost));
    await expect(page.getByRole("dialog").getByRole("status")).toContainText(`${rows.length} rows`);
  });

  test("a connection that breaks off leaves no file", async ({ page, server }) => {
    const shop = await openBusyShop(server);
    await using proxy = await openProxy(server);
    await withPicker(page);
    await openDashboard(page, { ...server, url: proxy.url }, { workspace: shop, search });
    await choose(page, "answer", "CSV");
    proxy.cut = true;
    await startExport(page);
    await expect(page.getByRole("alert")).toHaveText("The connection broke off before the end. Nothing was saved.");
    expect(await files(page)).toEqual({});
    proxy.cut = false;
    await page.getByRole("dialog").getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("dialog").getByRole("status")).toContainText("Saved as");
    expect(Object.keys(await files(page))).toHaveLength(1);
  });
});

test("a connection that breaks off gives no download", async ({ page, server }) => {
  const shop = await openBusyShop(server);
  await using proxy = await openProxy(server);
  await withoutPicker(page);
  const downloads: string[] = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));
  await openDashboard(page, { ...server, url: proxy.url }, { workspace: shop, search });
  await choose(page, "day and client", "JSON");
  proxy.cut = true;
  await startExport(page);
  await expect(page.getByRole("alert")).toHaveText("The connection broke off before the end. Nothing was saved.");
  proxy.cut = false;
  await page.getByRole("dialog").getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("dialog").getByRole("status")).toContainText("Saved as");
  expect(downloads).toHaveLength(1);
});

/** Stands before the server; while `cut` is set, exports break off after half of a row. */
async function openProxy(server: Server): Promise<{ url: string; cut: boolean } & AsyncDisposable> {
  const proxy = { url: "", cut: false };
  const listener = createServer((incoming, outgoing) => {
    // Uncompressed, so that the half that comes can be read.
    const headers = { ...incoming.headers, "accept-encoding": "identity" };
    const passed = ask(`${server.url}${incoming.url ?? "/"}`, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (!proxy.cut || incoming.method !== "GET" || !incoming.url?.startsWith("/api/usage/export/")) {
        answer.pipe(outgoing);
        return;
      }
      answer.once("data", (chunk: Buffer) => {
        outgoing.write(chunk.subarray(0, chunk.length / 2), () => outgoing.destroy());
        answer.destroy();
      });
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  proxy.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return Object.assign(proxy, {
    [Symbol.asyncDispose]: async () => {
      listener.closeAllConnections();
      await new Promise((done) => listener.close(done));
    },
  });
}

test("every chart can be had as a PNG, and its numbers as a table", async ({ page, server, watch }) => {
  const shop = await openBusyShop(server);
  await openDashboard(page, server, { workspace: shop, search });
  const figures = await figuresOf(server, shop);
  const menus = page.getByRole("button", { name: /^Options: / });
  await expect(menus).toHaveCount(4);
  for (const menu of await menus.all()) {
    const title = (await menu.getAttribute("aria-label"))?.replace("Options: ", "") ?? "";
    const widget = page.getByRole("region", { name: title, exact: true }).first();
    await expect(widget.locator(".skeleton")).toHaveCount(0);
    await menu.click();
    const saved = page.waitForEvent("download");
    await widget.getByRole("button", { name: "Download as PNG" }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe(`${title}.png`);
    const picture = await readFile(await download.path());
    expect(picture.subarray(0, 8), title).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    const [width, height] = [picture.readUInt32BE(16), picture.readUInt32BE(20)];
    expect(width, title).toBeGreaterThan(600);
    expect(width, title).toBeLessThan(4000);
    expect(height, title).toBeGreaterThan(300);
    expect(height, title).toBeLessThan(4000);
    expect(picture.length, title).toBeGreaterThan(5000); // something is drawn

    await menu.click();
    await widget.getByRole("button", { name: "Show the numbers" }).click();
    await expect(widget.getByRole("table")).toBeVisible();
    await expect(widget.locator("canvas")).toHaveCount(0);
  }
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "EUR", minimumFractionDigits: 2, maximumFractionDigits: 9 });
  const daily = page.getByRole("region", { name: "Day by day", exact: true }).first();
  const shown = await daily.locator("tbody").first().getByRole("row").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].slice(0, 2).map((cell) => cell.textContent)));
  expect(shown).toEqual(figures.dailyUsage.map(({ cost, messages }) => [money.format(cost), String(messages)]));
  await page.getByRole("button", { name: "Options: Day by day" }).click();
  await daily.getByRole("button", { name: "Show the chart" }).click();
  await expect(daily.locator("canvas").first()).toBeVisible();
  expect(watch.complaints).toEqual([]);
});
