// What the figures say, in words: each sentence only where there is something to say.

import { CalendarDays, Clock, type LucideIcon, TrendingDown, TrendingUp, UserRound, Wallet } from "lucide-react";
import type { ReactNode } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import type { InsightsBeforeFragment, InsightsWidgetFragment } from "../../gql/graphql";
import type { Amount } from "../../exact";
import { linkTo, useAddress, type Weekday, weekdays } from "../address";
import { NoUsage } from "../charts/empty";
import { useFormat, useWords, type Format } from "../language";
import { Widget } from "../widget";
import { changeOf } from "./change";

const words = {
  en: {
    title: "In words",
    days: (n: number) => (n === 1 ? "one day" : `${n} days`),
    before: (n: number) => (n === 1 ? "the day before" : `the ${n} days before`),
    spent: (cost: ReactNode, days: string) => (
      <>
        {cost} was spent in {days}.
      </>
    ),
    spentMore: (cost: ReactNode, days: string, change: ReactNode, before: string, earlier: string) => (
      <>
        {cost} was spent in {days}: {change} against {before} ({earlier}).
      </>
    ),
    spentSame: (cost: ReactNode, days: string, before: string) => (
      <>
        {cost} was spent in {days}, as much as in {before}.
      </>
    ),
    client: (name: ReactNode, from: string, to: ReactNode) => (
      <>
        What changed most is {name}: from {from} to {to}.
      </>
    ),
    kind: (kind: ReactNode, from: string, to: ReactNode) => (
      <>
        What changed most are answers of the kind {kind}: from {from} to {to}.
      </>
    ),
    dominant: (share: ReactNode, name: ReactNode) => (
      <>
        {share} of the cost comes from one client: {name}.
      </>
    ),
    hour: (from: string, to: string, messages: string, share: string) => (
      <>
        The peak hour is{" "}
        <b>
          {from} to {to}
        </b>
        , with {messages} messages ({share} of all).
      </>
    ),
    day: (day: ReactNode, messages: string, times: string) => (
      <>
        The busiest day was {day}: {messages} messages, {times} times the average.
      </>
    ),
    weekday: (most: ReactNode, messages: string, least: ReactNode, fewest: string) => (
      <>
        On average {most} is the busiest day of the week with {messages} messages, {least} the quietest with {fewest}.
      </>
    ),
  },
  it: {
    title: "In parole",
    days: (n: number) => (n === 1 ? "un giorno" : `${n} giorni`),
    before: (n: number) => (n === 1 ? "al giorno precedente" : `ai ${n} giorni precedenti`),
    spent: (cost: ReactNode, days: string) => (
      <>
        In {days} si sono spesi {cost}.
      </>
    ),
    spentMore: (cost: ReactNode, days: string, change: ReactNode, before: string, earlier: string) => (
      <>
        In {days} si sono spesi {cost}: {change} rispetto {before} ({earlier}).
      </>
    ),
    spentSame: (cost: ReactNode, days: string, before: string) => (
      <>
        In {days} si sono spesi {cost}, quanto prima rispetto {before}.
      </>
    ),
    client: (name: ReactNode, from: string, to: ReactNode) => (
      <>
        Il cambiamento più grande è di {name}: da {from} a {to}.
      </>
    ),
    kind: (kind: ReactNode, from: string, to: ReactNode) => (
      <>
        Il cambiamento più grande è delle risposte di tipo {kind}: da {from} a {to}.
      </>
    ),
    dominant: (share: ReactNode, name: ReactNode) => (
      <>
        {share} del costo viene da un solo cliente: {name}.
      </>
    ),
    hour: (from: string, to: string, messages: string, share: string) => (
      <>
        L'ora di punta è{" "}
        <b>
          dalle {from} alle {to}
        </b>
        , con {messages} messaggi ({share} del totale).
      </>
    ),
    day: (day: ReactNode, messages: string, times: string) => (
      <>
        Il giorno più intenso è stato {day}: {messages} messaggi, {times} volte la media.
      </>
    ),
    weekday: (most: ReactNode, messages: string, least: ReactNode, fewest: string) => (
      <>
        In media il giorno della settimana più intenso è {most}, con {messages} messaggi; il più tranquillo è {least}, con {fewest}.
      </>
    ),
  },
};

const InsightsWidget = graphql(`
  fragment InsightsWidget on UsageStats {
    days
    totalCost
    totalMessages
    averageDailyMessages
    dailyUsage {
      date
      messages
    }
    peakHour {
      hour
      messages
    }
    busiestDay {
      date
      messages
    }
    clients: topClients(first: 50) {
      clientId
      clientName
      cost
      share
    }
    byKind {
      label
      cost
    }
  }
`);

/** What it compares with of the days before. */
const InsightsBefore = graphql(`
  fragment InsightsBefore on UsageStats {
    totalCost
    clients: topClients(first: 50) {
      clientId
      clientName
      cost
      share
    }
    byKind {
      label
      cost
    }
  }
`);

interface Props {
  readonly stats: FragmentType<typeof InsightsWidget>;
  readonly before: FragmentType<typeof InsightsBefore> | undefined;
  /** The day that it is: days that are not over tell nothing of a weekday. */
  readonly now: string;
}

/** No more sentences than are read. */
const most = 5;

/** Fewer messages tell nothing of hours and days. */
const telling = 20;

interface Insight {
  readonly name: string;
  readonly icon: LucideIcon;
  readonly text: ReactNode;
}

export function Insights({ stats, before, now }: Props) {
  const t = useWords(words);
  const f = useFormat();
  const { filter } = useAddress();
  const data = unmask(InsightsWidget, stats);
  const earlier = unmask(InsightsBefore, before);
  const insights: Insight[] = [spent(data, earlier, t, f)];

  const change = earlier && (largestChange(data.clients, earlier.clients, byClient) ?? largestChange(data.byKind, earlier.byKind, byLabel));
  if (change) {
    const sentence = change.client ? t.client : t.kind;
    const name = change.client ? <ClientLink id={change.id} name={change.name} /> : <b>{change.name}</b>;
    insights.push({
      name: "change",
      icon: change.to > change.from ? TrendingUp : TrendingDown,
      text: sentence(name, f.money(change.earlier), <b>{f.money(change.now)}</b>),
    });
  }
  const [first] = data.clients;
  // Of one client one sentence is enough.
  if (first && first.share >= 0.2 && data.clients.length > 1 && change?.id !== first.clientId) {
    insights.push({
      name: "dominant",
      icon: UserRound,
      text: t.dominant(<b>{f.share(first.share)}</b>, <ClientLink id={first.clientId} name={first.clientName ?? first.clientId} />),
    });
  }
  const tells = data.totalMessages >= telling;
  if (tells && data.peakHour && filter.hours.length !== 1) {
    const { hour, messages } = data.peakHour;
    insights.push({ name: "hour", icon: Clock, text: t.hour(f.hour(hour), f.hour((hour + 1) % 24), f.count(messages), f.share(messages / data.totalMessages)) });
  }
  if (tells && data.busiestDay && data.days > 2 && data.busiestDay.messages >= 1.2 * data.averageDailyMessages) {
    const { date, messages } = data.busiestDay;
    insights.push({ name: "day", icon: CalendarDays, text: t.day(<b>{f.longDay(date)}</b>, f.count(messages), f.decimal(messages / data.averageDailyMessages, 1)) });
  }
  const week = tells && filter.weekdays.length === 0 ? ofTheWeek(data.dailyUsage.filter(({ date }) => date < now)) : undefined;
  if (week) {
    const few = (n: number) => f.decimal(n, n < 10 ? 1 : 0);
    const [top, bottom] = week;
    insights.push({
      name: "weekday",
      icon: CalendarDays,
      text: t.weekday(<b>{f.weekday(top.weekday)}</b>, few(top.messages), <b>{f.weekday(bottom.weekday)}</b>, few(bottom.messages)),
    });
  }
  return (
    <Widget title={t.title} className="insights">
      {data.totalMessages === 0 ? (
        <NoUsage />
      ) : (
        <ul className="sentences">
          {insights.slice(0, most).map(({ name, icon: Icon, text }) => (
            <li key={name}>
              <Icon size={16} aria-hidden="true" />
              <p>{text}</p>
            </li>
          ))}
        </ul>
      )}
    </Widget>
  );
}

function ClientLink({ id, name }: { id: string; name: string }) {
  return <a {...linkTo({ view: "client", client: id })}>{name}</a>;
}

function spent(data: InsightsWidgetFragment, earlier: InsightsBeforeFragment | null | undefined, t: (typeof words)["en"], f: Format): Insight {
  const cost = <b>{f.money(data.totalCost)}</b>;
  const days = t.days(data.days);
  const change = earlier ? changeOf(data.totalCost, earlier.totalCost) : undefined;
  const about = { name: "spent", icon: Wallet };
  if (!earlier || typeof change !== "number") return { ...about, text: t.spent(cost, days) };
  if (Math.abs(change) < 0.05) return { ...about, text: t.spentSame(cost, days, t.before(data.days)) };
  return { ...about, text: t.spentMore(cost, days, <b>{f.change(change)}</b>, t.before(data.days), f.money(earlier.totalCost)) };
}

interface Part {
  readonly id: string;
  readonly name: string;
  readonly client: boolean;
  readonly cost: Amount;
}

const byClient = (row: InsightsWidgetFragment["clients"][number]): Part => ({ id: row.clientId, name: row.clientName ?? row.clientId, client: true, cost: row.cost });
const byLabel = (row: InsightsWidgetFragment["byKind"][number]): Part => ({ id: row.label, name: row.label, client: false, cost: row.cost });

/** The part whose cost changed most from one list to the other; undefined where there is but one part, or none changed. */
function largestChange<Row>(rows: readonly Row[], earlierRows: readonly Row[], part: (row: Row) => Part) {
  const now = new Map(rows.map(part).map((each) => [each.id, each]));
  const earlier = new Map(earlierRows.map(part).map((each) => [each.id, each]));
  const all = new Map([...earlier, ...now]);
  if (all.size < 2) return undefined;
  // A full list may leave out who is in the other one: then that one's cost is not known.
  const known = (list: Map<string, Part>, id: string) => list.has(id) || list.size < 50;
  const changes = [...all.values()]
    .filter(({ id }) => known(now, id) && known(earlier, id))
    .map((each) => ({ ...each, now: now.get(each.id)?.cost ?? 0, earlier: earlier.get(each.id)?.cost ?? 0 }))
    .map((each) => ({ ...each, from: Number(each.earlier), to: Number(each.now) }))
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from));
  return changes[0] && changes[0].from !== changes[0].to ? changes[0] : undefined;
}

interface OfTheWeek {
  readonly weekday: Weekday;
  /** On average. */
  readonly messages: number;
}

/** The weekdays with most and fewest messages on average, over two weeks at least. */
function ofTheWeek(days: readonly { readonly date: string; readonly messages: number }[]): [OfTheWeek, OfTheWeek] | undefined {
  if (days.length < 14) return undefined;
  const averages = weekdays.map((weekday, at) => {
    // The first day of JavaScript's week is Sunday.
    const same = days.filter(({ date }) => (new Date(date).getUTCDay() + 6) % 7 === at);
    return { weekday, messages: same.reduce((sum, each) => sum + each.messages, 0) / same.length };
  });
  const order = averages.toSorted((a, b) => b.messages - a.messages);
  const [top] = order;
  const bottom = order.at(-1);
  return top && bottom && top.messages > 0 && top.messages >= 1.2 * bottom.messages ? [top, bottom] : undefined;
}
