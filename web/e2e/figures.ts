// What the overview shows, beside what the API answers for the same range and
// filter. Numbers are written by Intl here too, from the API's own values.

import { expect, type Locator, type Page } from "@playwright/test";
import { api } from "./dashboard";
import type { Server } from "./server";

export interface Question {
  readonly workspace?: string;
  readonly range: { readonly lastDays: number } | { readonly startDate: string; readonly endDate: string };
  readonly filter?: Readonly<Record<string, readonly (string | number)[]>>;
}

interface Counted {
  readonly messages: number;
  readonly cost: number;
}

export interface Stats {
  startDate: string;
  endDate: string;
  days: number;
  currency: string;
  totalCost: number;
  totalMessages: number;
  averageDailyCost: number;
  averageDailyMessages: number;
  dailyUsage: (Counted & { date: string })[];
  peakHours: (Counted & { hour: number })[];
  peakHour: (Counted & { hour: number }) | null;
  heatmap: (Counted & { weekday: string; hour: number })[];
  topClients: (Counted & { clientId: string; clientName: string | null; clientPhone: string | null; share: number })[];
  monthlyComparison: { currentMonth: number; previousMonth: number; previousMonthToDate: number; growth: number | null; growthToDate: number | null };
  monthlyUsage: (Counted & { month: string; growth: number | null })[];
  segments: { share: number; clients: number; cost: number }[];
  byKind: (Counted & { label: string })[];
  byModel: (Counted & { label: string })[];
  previousPeriod: { startDate: string; endDate: string; totalCost: number; totalMessages: number };
}

export interface Figures {
  readonly stats: Stats;
  /** The days before, as many as the range has. */
  readonly before: Pick<Stats, "dailyUsage">;
  /** Today without a filter. */
  readonly today: Counted;
}

/** What the API answers. */
export async function ask(server: Server, { workspace = "workspace-123", range, filter }: Question): Promise<Figures> {
  const { stats, today } = await api<{ stats: Stats; today: { totalCost: number; totalMessages: number } }>(
    server,
    `query ($workspace: ID!, $range: DateRange, $filter: UsageFilter) {
      stats(workspaceId: $workspace, range: $range, filter: $filter) {
        startDate endDate days currency totalCost totalMessages averageDailyCost averageDailyMessages
        dailyUsage { date messages cost }
        peakHours { hour messages cost }
        peakHour { hour messages cost }
        heatmap { weekday hour messages cost }
        topClients(first: 50) { clientId clientName clientPhone messages cost share }
        monthlyComparison { currentMonth previousMonth previousMonthToDate growth growthToDate }
        monthlyUsage(months: 13) { month messages cost growth }
        segments { share clients cost }
        byKind { label messages cost }
        byModel { label messages cost }
        previousPeriod { startDate endDate totalCost totalMessages }
      }
      today: stats(workspaceId: $workspace, range: { lastDays: 1 }) { totalCost totalMessages }
    }`,
    { workspace, range, filter },
  );
  const { startDate, endDate } = stats.previousPeriod;
  const { before } = await api<{ before: Figures["before"] }>(
    server,
    "query ($workspace: ID!, $range: DateRange, $filter: UsageFilter) { before: stats(workspaceId: $workspace, range: $range, filter: $filter) { dailyUsage { date messages cost } } }",
    { workspace, range: { startDate, endDate }, filter },
  );
  return { stats, before, today: { cost: today.totalCost, messages: today.totalMessages } };
}

const locale = "en-US";
const number = (options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(locale, options);
const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
const inEuro = (most: number) => number({ style: "currency", currency: "EUR", minimumFractionDigits: 2, maximumFractionDigits: most });

/** An amount as it is read: below one euro with more of its digits. */
export const money = (amount: number): string => inEuro(Math.abs(amount) < 1 ? 5 : 2).format(amount);
/** An amount with every digit. */
export const exactMoney = (amount: number): string => inEuro(9).format(amount);
export const count = (n: number): string => number().format(n);
export const share = (part: number): string => number({ style: "percent", maximumFractionDigits: 1 }).format(part);
const change = (percent: number) => number({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(percent / 100);
export const longDay = (day: string): string => date({ weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(Date.parse(day));
export const days = (start: string, end: string): string =>
  date({ day: "numeric", month: "short", year: "numeric" }).formatRange(Date.parse(start), Date.parse(end));
const month = (name: string) => date({ month: "long", year: "numeric" }).format(Date.parse(`${name}-01`));
const messages = (n: number) => `${count(n)} ${n === 1 ? "message" : "messages"}`;
const hour = (n: number) => `${String(n % 24).padStart(2, "0")}:00`;
const span = (n: number) => `${hour(n)} – ${hour(n + 1)}`;
const weekday = (name: string) => name.charAt(0) + name.slice(1).toLowerCase();

/** What is said of a change by so many percent. */
const told = (percent: number) => (Math.abs(percent) < 0.05 ? "no change" : change(percent));

/** What is said of a change against a figure, and of that figure where there was one. */
function changed(now: number, then: number, write: (figure: number) => string): string[] {
  if (then === 0) return [now === 0 ? "no change" : "new"];
  return [told(((now - then) / then) * 100), `from ${write(then)}`];
}

export const card = (page: Page, title: string): Locator =>
  page.locator(".cards > .card").filter({ has: page.locator("dt").filter({ hasText: new RegExp(`^${title}\\b`) }) });

export const widget = (page: Page, title: string): Locator =>
  page.getByRole("region", { name: title, exact: true }).filter({ has: page.getByRole("heading", { name: title, exact: true }) });

/** Waits until the overview shows what its address asks for. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("status").filter({ hasText: /^Figures shown:/ })).toBeAttached();
}

/** A table's cells as text; of a cell with a control, the control's. */
function cells(table: Locator, rows = "tbody tr"): Promise<string[][]> {
  return table.locator(rows).evaluateAll((rows) =>
    rows.map((row) => [...(row as HTMLTableRowElement).cells].map((cell) => (cell.querySelector("a, button") ?? cell).textContent.trim())),
  );
}

/** Puts a chart's numbers in its place: of the range, without what is expected after it. */
async function numbersOf(page: Page, title: string): Promise<string[][]> {
  const frame = widget(page, title);
  await frame.getByRole("button", { name: `Options: ${title}` }).click();
  await frame.getByRole("button", { name: "Show the numbers" }).click();
  return cells(frame.getByRole("table"), "tbody:first-of-type tr");
}

/** Compares each widget of an overview that is compared with the days before. */
export async function compareAll(page: Page, { stats, before, today }: Figures, { filtered = false } = {}): Promise<void> {
  const previous = stats.previousPeriod;
  const comparison = stats.monthlyComparison;
  await compareCards(page, [
    ["Today", money(today.cost), [messages(today.messages), ...(filtered ? ["without filters"] : [`${money(stats.averageDailyCost)} on an average day`])]],
    ["Cost", money(stats.totalCost), changed(stats.totalCost, previous.totalCost, money)],
    ["Messages", count(stats.totalMessages), changed(stats.totalMessages, previous.totalMessages, count)],
    [
      "Average per day",
      money(stats.averageDailyCost),
      [`${number({ maximumFractionDigits: 1 }).format(stats.averageDailyMessages)} messages a day`],
    ],
    [
      "This month",
      money(comparison.currentMonth),
      [
        // The API's own percents: they are rounded before they are written here.
        ...(comparison.growthToDate === null
          ? changed(comparison.currentMonth, comparison.previousMonthToDate, money)
          : [told(comparison.growthToDate), `from ${money(comparison.previousMonthToDate)}`]),
        ...(comparison.growth === null ? [] : [told(comparison.growth), `from ${money(comparison.previousMonth)}`]),
      ],
    ],
  ]);

  expect(await numbersOf(page, "Day by day")).toEqual(
    stats.dailyUsage.map((day, i) => {
      const other = before.dailyUsage[i];
      return [day, ...(other ? [other] : [])].flatMap((each) => [longDay(each.date), exactMoney(each.cost), count(each.messages)]);
    }),
  );
  expect(await numbersOf(page, "Hours of the day")).toEqual(stats.peakHours.map((each) => [span(each.hour), count(each.messages), exactMoney(each.cost)]));
  expect(await numbersOf(page, "Months")).toEqual(
    stats.monthlyUsage.map((each, i, all) => [
      i === all.length - 1 ? `${month(each.month)}, so far` : month(each.month),
      exactMoney(each.cost),
      count(each.messages),
      each.growth === null ? "–" : change(each.growth),
    ]),
  );

  const heat = widget(page, "Hours of the week");
  const grid = await heat.getByRole("grid").locator("td[data-row]").allTextContents();
  expect(grid).toEqual(stats.heatmap.map((each) => `${messages(each.messages)}, ${money(each.cost)}`));
  expect(await numbersOf(page, "Hours of the week")).toEqual(
    stats.heatmap.map((each) => [weekday(each.weekday), span(each.hour), count(each.messages), exactMoney(each.cost)]),
  );

  const clients = widget(page, "Top clients");
  if (stats.topClients.length > 10) await clients.getByRole("button", { name: `Show all ${stats.topClients.length}` }).click();
  expect(await cells(clients.getByRole("table"))).toEqual(
    stats.topClients.map((each) => [each.clientName ?? each.clientId, each.clientPhone ?? "", count(each.messages), money(each.cost), share(each.share)]),
  );
  expect(await cells(widget(page, "Concentration of cost").getByRole("table"))).toEqual(
    stats.segments.map((each) => [share(each.share), `${count(each.clients)} ${each.clients === 1 ? "client" : "clients"}`, money(each.cost)]),
  );
  for (const [title, rows] of [
    ["By kind", stats.byKind],
    ["By model", stats.byModel],
  ] as const) {
    expect(await cells(widget(page, title).getByRole("table")), title).toEqual(
      rows.map((each) => [each.label === "" ? "without a model" : each.label, count(each.messages), money(each.cost), share(each.cost / stats.totalCost)]),
    );
  }

  const words = widget(page, "In words");
  await expect(words).toContainText(`${money(stats.totalCost)} was spent in ${stats.days} days: ${changed(stats.totalCost, previous.totalCost, money)[0] ?? ""} against`);
  if (stats.peakHour) {
    const { hour: peak, messages: most } = stats.peakHour;
    await expect(words).toContainText(`The peak hour is ${hour(peak)} to ${hour(peak + 1)}, with ${count(most)} messages (${share(most / stats.totalMessages)} of all).`);
  }
}

/** Compares cards by title, figure and what they say besides. */
export async function compareCards(page: Page, cards: readonly (readonly [title: string, figure: string, besides: readonly string[]])[]): Promise<void> {
  for (const [title, figure, besides] of cards) {
    await expect(card(page, title).locator(".main"), title).toHaveText(figure);
    for (const text of besides) await expect(card(page, title), title).toContainText(text);
  }
}
