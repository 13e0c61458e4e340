// What an export is asked to hold, in the words of GET /api/usage/export.

import type { Filter } from "../address";

export type Rows = "daily" | "usage";
export type Format = "csv" | "json";

export interface Order {
  readonly workspace: string;
  readonly start: string;
  readonly end: string;
  readonly filter: Filter;
  readonly rows: Rows;
  readonly format: Format;
}

/** A value of a list as the endpoint reads it: a line of CSV, in which quotes keep commas, and nothing, together. */
function quoted(value: string | number): string {
  const text = String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function urlOf({ workspace, start, end, filter, rows, format }: Order): string {
  const query = new URLSearchParams({ startDate: start, endDate: end, rows, format });
  for (const [name, values] of Object.entries(filter) as [string, readonly (string | number)[]][]) {
    if (values.length > 0) query.set(name, values.map(quoted).join(","));
  }
  return `/api/usage/export/${encodeURIComponent(workspace)}?${query.toString()}`;
}
