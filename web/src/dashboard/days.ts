// Calendar days as YYYY-MM-DD, in the workspace's time zone. Arithmetic is on
// UTC midnights, which no clock change moves.

import { daysOf, type RangeName } from "./address";
import type { DateRange } from "../gql/graphql";

const msOfDay = 86_400_000;

export function addDays(day: string, n: number): string {
  return new Date(Date.parse(day) + n * msOfDay).toISOString().slice(0, 10);
}

/** Days from one to the other, both included. */
export function daysBetween(start: string, end: string): number {
  return Math.round((Date.parse(end) - Date.parse(start)) / msOfDay) + 1;
}

/** The first day of the month that lies n months after a day's. */
export function monthStart(day: string, n = 0): string {
  const date = new Date(`${day.slice(0, 7)}-01`);
  date.setUTCMonth(date.getUTCMonth() + n);
  return date.toISOString().slice(0, 10);
}

/** The last day of a day's month. */
export function monthEnd(day: string): string {
  return addDays(monthStart(day, 1), -1);
}

/** The day that it is now in a time zone; in UTC where the browser does not know it. */
export function today(timeZone: string, now = Date.now()): string {
  const parts = (zone: string) => new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
  try {
    return parts(timeZone);
  } catch {
    return parts("UTC");
  }
}

/** The days of a range, both included, when today is that day. */
export function resolve(range: RangeName, now: string): { start: string; end: string } {
  switch (range) {
    case "today":
      return { start: now, end: now };
    case "7d":
      return { start: addDays(now, -6), end: now };
    case "90d":
      return { start: addDays(now, -89), end: now };
    case "month":
      return { start: monthStart(now), end: now };
    case "last-month":
      return { start: monthStart(now, -1), end: addDays(monthStart(now), -1) };
    case "3-months":
      return { start: monthStart(now, -2), end: now };
    case "year":
      return { start: addDays(now, -364), end: now };
    default:
      return daysOf(range) ?? { start: addDays(now, -29), end: now };
  }
}

/** The days before a range, as many as it has: what the server calls its previous period. */
export function before({ start, end }: { start: string; end: string }): { start: string; end: string } {
  return { start: addDays(start, -daysBetween(start, end)), end: addDays(start, -1) };
}

export function rangeInput({ start, end }: { start: string; end: string }): DateRange {
  return { startDate: start, endDate: end };
}
