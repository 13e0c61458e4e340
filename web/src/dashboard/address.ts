// What the page shows is all in its address, so that a link, a reload and the
// back button bring it back.

import { useSyncExternalStore } from "react";

export type Weekday = "MONDAY" | "TUESDAY" | "WEDNESDAY" | "THURSDAY" | "FRIDAY" | "SATURDAY" | "SUNDAY";
export const weekdays: readonly Weekday[] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/** A range by its name, or both its days as YYYY-MM-DD..YYYY-MM-DD. */
export type RangeName = "today" | "7d" | "30d" | "90d" | "month" | "last-month" | "3-months" | "year" | `${string}..${string}`;
export const rangeNames = ["today", "7d", "30d", "90d", "month", "last-month", "3-months", "year"] as const;

export type View = "overview" | "client" | "settings";
export type SettingsTab = "workspace" | "budget" | "alerts" | "customers" | "keys" | "links";
export const settingsTabs: readonly SettingsTab[] = ["workspace", "budget", "alerts", "customers", "keys", "links"];

export interface Filter {
  readonly clients: readonly string[];
  readonly kinds: readonly string[];
  /** The empty text is usage without a model. */
  readonly models: readonly string[];
  readonly weekdays: readonly Weekday[];
  readonly hours: readonly number[];
}

export const noFilter: Filter = { clients: [], kinds: [], models: [], weekdays: [], hours: [] };

export interface Address {
  /** "" where the address names none: the page then picks one. */
  readonly workspace: string;
  readonly view: View;
  /** The client of the view "client". */
  readonly client: string;
  readonly tab: SettingsTab;
  readonly range: RangeName;
  /** Whether the previous period is drawn beside the range. */
  readonly compare: boolean;
  readonly filter: Filter;
}

const pattern = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/;

/** The days of a range that is given by its days. */
export function daysOf(range: RangeName): { start: string; end: string } | undefined {
  const [, start, end] = pattern.exec(range) ?? [];
  return start !== undefined && end !== undefined ? { start, end } : undefined;
}

/** Reads a query string; what it does not understand is as if it were not there. */
export function parseAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const one = <T extends string>(name: string, known: readonly T[], otherwise: T): T => known.find((value) => value === query.get(name)) ?? otherwise;
  const range = query.get("range") ?? "";
  const client = query.get("client") ?? "";
  const view = one("view", ["overview", "client", "settings"], "overview");
  return {
    workspace: query.get("workspace") ?? "",
    view: view === "client" && client === "" ? "overview" : view,
    client,
    tab: one("tab", settingsTabs, "workspace"),
    range: pattern.test(range) ? (range as RangeName) : one("range", rangeNames, "30d"),
    compare: query.get("compare") !== "no",
    filter: {
      clients: query.getAll("clients"),
      kinds: query.getAll("kinds"),
      models: query.getAll("models"),
      weekdays: weekdays.filter((day) => query.getAll("weekdays").includes(day)),
      hours: [...new Set(query.getAll("hours").map(Number))].filter((hour) => Number.isInteger(hour) && hour >= 0 && hour < 24).sort((a, b) => a - b),
    },
  };
}

/** The query string of an address; what is as usual is left out. */
export function formatAddress(address: Address): string {
  const query = new URLSearchParams();
  if (address.workspace !== "") query.set("workspace", address.workspace);
  if (address.view !== "overview") query.set("view", address.view);
  if (address.view === "client") query.set("client", address.client);
  if (address.view === "settings" && address.tab !== "workspace") query.set("tab", address.tab);
  if (address.range !== "30d") query.set("range", address.range);
  if (!address.compare) query.set("compare", "no");
  for (const [name, values] of Object.entries(address.filter) as [string, readonly (string | number)[]][]) {
    for (const value of values) query.append(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "/" : `/?${text}`;
}

export function hasFilter(filter: Filter): boolean {
  return Object.values(filter).some((values: readonly unknown[]) => values.length > 0);
}

const listeners = new Set<() => void>();
addEventListener("popstate", () => {
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let parsed = { search: "", address: parseAddress("") };

function current(): Address {
  if (parsed.search !== location.search) parsed = { search: location.search, address: parseAddress(location.search) };
  return parsed.address;
}

/** The address shown now. */
export function useAddress(): Address {
  return useSyncExternalStore(subscribe, current);
}

/** Goes to the address with these parts changed; `replace` leaves no step for the back button. */
export function go(change: Partial<Address>, { replace = false } = {}): void {
  const before = current();
  const next = formatAddress({ ...before, ...change });
  if (next === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", next);
  if (change.view !== undefined || change.client !== undefined) scrollTo(0, 0);
  for (const listener of listeners) listener();
}

/** The address with these parts changed, for a link's href. */
export function hrefOf(change: Partial<Address>): string {
  return formatAddress({ ...current(), ...change });
}

/** Properties of a link within the page: opened in a new tab it works too. */
export function linkTo(change: Partial<Address>): { href: string; onClick: (event: React.MouseEvent) => void } {
  return {
    href: hrefOf(change),
    onClick: (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go(change);
    },
  };
}
