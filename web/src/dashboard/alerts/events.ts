// What an alert can be about, in words for who chooses, and where it leads.

import { Activity, BellOff, CalendarDays, CalendarRange, type LucideIcon, OctagonAlert, Send, TrendingUp, TriangleAlert, Unplug } from "lucide-react";
import { type Address, noFilter } from "../address";
import { monthEnd, today } from "../days";
import type { Role } from "../../gql/graphql";
import { mayManage } from "../place";

/** Those that a channel can ask for. */
export const events = [
  "budget.threshold_reached",
  "budget.exceeded",
  "budget.forecast_exceeded",
  "usage.anomaly",
  "usage.silent",
  "channel.disabled",
  "report.weekly",
  "report.monthly",
] as const;
export type Event = (typeof events)[number];

/** What a channel gets where nobody chose. */
export const usualEvents: readonly Event[] = events.filter((event) => !event.startsWith("report."));

export const eventWords: Record<"en" | "it", Record<Event, { name: string; text: string }>> = {
  en: {
    "budget.threshold_reached": { name: "A budget's threshold", text: "The month has reached a part of its limit that you chose, once for each." },
    "budget.exceeded": { name: "A budget's limit", text: "The month has spent its limit, or has no room for more." },
    "budget.forecast_exceeded": { name: "A limit in danger", text: "The month is expected to pass its limit. At most once a day." },
    "usage.anomaly": { name: "Unusual usage", text: "A day or an hour cost far more or less than expected, and why." },
    "usage.silent": { name: "Silence", text: "Nothing is counted at a time that always has usage: a flow may be broken." },
    "channel.disabled": { name: "A channel that failed", text: "Nothing arrived at a channel for days, and it is told nothing any more." },
    "report.weekly": { name: "Weekly report", text: "Each Monday: totals, change, top clients, what the month comes to." },
    "report.monthly": { name: "Monthly report", text: "The same on the first of each month." },
  },
  it: {
    "budget.threshold_reached": { name: "La soglia di un budget", text: "Il mese ha raggiunto una parte del limite scelta da te, una volta per ciascuna." },
    "budget.exceeded": { name: "Il limite di un budget", text: "Il mese ha speso il limite, o non ha più spazio." },
    "budget.forecast_exceeded": { name: "Un limite a rischio", text: "Si prevede che il mese superi il limite. Al massimo una volta al giorno." },
    "usage.anomaly": { name: "Uso insolito", text: "Un giorno o un'ora è costato molto più o meno del previsto, e perché." },
    "usage.silent": { name: "Silenzio", text: "Non si conta nulla in un orario che ha sempre utilizzi: forse un flusso è rotto." },
    "channel.disabled": { name: "Un canale che non funziona", text: "A un canale non arriva nulla da giorni, e non riceve più avvisi." },
    "report.weekly": { name: "Report settimanale", text: "Ogni lunedì: totali, variazione, clienti principali, a quanto arriva il mese." },
    "report.monthly": { name: "Report mensile", text: "Lo stesso il primo di ogni mese." },
  },
};

interface Look {
  readonly icon: LucideIcon;
  readonly tone: "bad" | "warn" | "plain";
}

const looks: Readonly<Record<string, Look>> = {
  "budget.threshold_reached": { icon: TriangleAlert, tone: "warn" },
  "budget.exceeded": { icon: OctagonAlert, tone: "bad" },
  "budget.forecast_exceeded": { icon: TrendingUp, tone: "warn" },
  "usage.anomaly": { icon: Activity, tone: "warn" },
  "usage.silent": { icon: BellOff, tone: "bad" },
  "channel.disabled": { icon: Unplug, tone: "bad" },
  "channel.test": { icon: Send, tone: "plain" },
  "report.weekly": { icon: CalendarRange, tone: "plain" },
  "report.monthly": { icon: CalendarDays, tone: "plain" },
};

export function lookOf(event: string): Look {
  return looks[event] ?? { icon: TriangleAlert, tone: "plain" };
}

/** The figures that say where an alert leads. */
interface Facts {
  readonly day?: string;
  readonly month?: string;
  readonly report?: { readonly start: string; readonly end: string };
}

export interface Way {
  readonly to: "day" | "month" | "client" | "days" | "channels" | "figures";
  readonly address: Partial<Address>;
}

/** Where to look at what an alert is about; undefined where there is nothing to see for this role. */
export function wayOf({ event, clientId, facts }: { event: string; clientId?: string | null; facts: unknown }, timeZone: string, role: Role): Way | undefined {
  const { day, month, report } = facts as Facts;
  const figures = { view: "overview", filter: noFilter } as const;
  if (event.startsWith("channel.")) return mayManage(role) ? { to: "channels", address: { view: "settings", tab: "alerts" } } : undefined;
  if (event.startsWith("budget.") && month !== undefined) {
    const first = `${month}-01`;
    const range = today(timeZone).startsWith(month) ? "month" : (`${first}..${monthEnd(first)}` as const);
    return clientId == null ? { to: "month", address: { ...figures, range } } : { to: "client", address: { view: "client", client: clientId, filter: noFilter, range } };
  }
  if (report) return { to: "days", address: { ...figures, range: `${report.start}..${report.end}` } };
  if (event === "usage.anomaly" && day !== undefined) return { to: "day", address: { ...figures, range: `${day}..${day}` } };
  return { to: "figures", address: { ...figures, range: "7d" } };
}
