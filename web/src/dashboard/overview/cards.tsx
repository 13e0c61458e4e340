// The figures at the top: what was spent, and how that compares.

import type { ReactNode } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import { hasFilter, linkTo, useAddress } from "../address";
import { Sparkline } from "../charts/sparkline";
import { plural, useFormat, useWords } from "../language";
import { useLive } from "../live";
import { mayManage, usePlace } from "../place";
import { Bar } from "./bar";
import { Change, changeOf, Figure } from "./change";

const words = {
  en: {
    title: "Figures",
    cost: "Cost",
    messages: "Messages",
    average: "Average per day",
    averageMessages: (n: string) => `${n} messages a day`,
    month: "This month",
    today: "Today",
    todayMessages: (n: number, text: string) => `${text} ${plural(n, "message", "messages")}`,
    everyone: "without filters",
    before: (text: string) => `from ${text}`,
    toDate: (text: string) => `from ${text} to date`,
    whole: (text: string) => `from ${text} last month`,
    usual: (text: string) => `${text} on an average day`,
    expected: (text: string) => `${text} expected at its end`,
    budget: "Set a budget",
  },
  it: {
    title: "Cifre",
    cost: "Costo",
    messages: "Messaggi",
    average: "Media al giorno",
    averageMessages: (n: string) => `${n} messaggi al giorno`,
    month: "Questo mese",
    today: "Oggi",
    todayMessages: (n: number, text: string) => `${text} ${plural(n, "messaggio", "messaggi")}`,
    everyone: "senza filtri",
    before: (text: string) => `da ${text}`,
    toDate: (text: string) => `da ${text} a pari data`,
    whole: (text: string) => `da ${text} del mese scorso`,
    usual: (text: string) => `${text} in un giorno medio`,
    expected: (text: string) => `${text} previsti alla fine`,
    budget: "Crea budget",
  },
};

const CardsWidget = graphql(`
  fragment CardsWidget on UsageStats {
    days
    totalCost
    totalMessages
    averageDailyCost
    averageDailyMessages
    dailyUsage {
      cost
      messages
    }
    peakHours {
      cost
      messages
    }
    previousPeriod @include(if: $compare) {
      totalCost
      totalMessages
    }
    monthlyComparison {
      currentMonth
      growth
      previousMonth
      previousMonthToDate
      growthToDate
    }
    outlook: forecast(days: 1) {
      monthEnd {
        expected
      }
    }
    lately: monthlyUsage(months: 6) {
      cost
    }
  }
`);

export function Cards({ stats }: { stats: FragmentType<typeof CardsWidget> }) {
  const t = useWords(words);
  const f = useFormat();
  const data = unmask(CardsWidget, stats);
  // A single day is drawn by its hours.
  const points = data.days === 1 ? data.peakHours : data.dailyUsage;
  const costs = points.map((each) => Number(each.cost));
  const before = data.previousPeriod;
  const month = data.monthlyComparison;
  const { role, budgeted } = usePlace();
  const action = !budgeted && mayManage(role) && (
    <a className="action" {...linkTo({ view: "settings", tab: "budget" })}>
      {t.budget}
    </a>
  );
  return (
    <dl className="cards" aria-label={t.title}>
      <Today average={data.days > 1 ? data.averageDailyCost : undefined} />
      <Card name="cost" title={t.cost} figure={f.money(data.totalCost)} exact={f.exactMoney(data.totalCost)} line={costs} tone="cost">
        {before && <Change of={changeOf(data.totalCost, before.totalCost)}>{t.before(f.money(before.totalCost))}</Change>}
      </Card>
      <Card name="messages" title={t.messages} figure={f.count(data.totalMessages)} line={points.map((each) => each.messages)} tone="messages">
        {before && <Change of={changeOf(data.totalMessages, before.totalMessages)}>{t.before(f.count(before.totalMessages))}</Change>}
      </Card>
      <Card name="average" title={t.average} figure={f.money(data.averageDailyCost)} exact={f.exactMoney(data.averageDailyCost)} line={data.days === 1 ? costs : smooth(costs)} tone="cost">
        {before && <Change of={changeOf(data.totalCost, before.totalCost)} />}
        <p>{t.averageMessages(f.decimal(data.averageDailyMessages, 1))}</p>
      </Card>
      <Card name="month" title={t.month} action={action} figure={f.money(month.currentMonth)} exact={f.exactMoney(month.currentMonth)} line={data.lately.map((each) => Number(each.cost))} tone="cost">
        <Change of={month.growthToDate ?? changeOf(month.currentMonth, month.previousMonthToDate)}>{t.toDate(f.money(month.previousMonthToDate))}</Change>
        {month.growth !== null && <Change of={month.growth}>{t.whole(f.money(month.previousMonth))}</Change>}
        <p>{t.expected(f.money(data.outlook.monthEnd.expected))}</p>
      </Card>
    </dl>
  );
}

/** Cards of the same height, while there are no figures. */
export function CardsSkeleton() {
  return (
    <div className="cards" aria-hidden="true">
      {["today", "cost", "messages", "average", "month"].map((name) => (
        <div className={`card ${name}`} key={name}>
          <div className="skeleton" />
        </div>
      ))}
    </div>
  );
}

interface CardProps {
  readonly name: string;
  readonly title: string;
  /** What can be done about it. */
  readonly action?: ReactNode;
  readonly figure: string;
  /** The figure with every digit, where it has more. */
  readonly exact?: string;
  readonly line: readonly number[];
  readonly tone: "cost" | "messages";
  readonly children: ReactNode;
}

function Card({ name, title, action, figure, exact, line, tone, children }: CardProps) {
  return (
    <div className={`card ${name}`}>
      <dt>
        {title} {action}
      </dt>
      <dd className={figure.length > 9 ? "main long" : "main"} title={exact === figure ? undefined : exact}>
        <Figure text={figure} />
      </dd>
      <dd className="beside">{children}</dd>
      <dd className="line" aria-hidden="true">
        <Sparkline values={line} tone={tone} />
      </dd>
    </div>
  );
}

/** Today's totals as they come. They are the whole workspace's: the live stream knows no filter. */
function Today({ average }: { average: number | string | undefined }) {
  const t = useWords(words);
  const f = useFormat();
  const { today } = useLive();
  const filtered = hasFilter(useAddress().filter);
  const cost = today && f.money(today.cost);
  const part = today === undefined || average === undefined || filtered || Number(average) === 0 ? undefined : Number(today.cost) / Number(average);
  return (
    <div className="card today">
      <dt>
        {t.today} {filtered && <span className="tag">{t.everyone}</span>}
      </dt>
      <dd className={cost !== undefined && cost.length > 9 ? "main long" : "main"} title={today && f.exactMoney(today.cost)}>
        {cost !== undefined ? <Figure text={cost} /> : <span className="skeleton">&nbsp;</span>}
      </dd>
      <dd className="beside">{today ? <Figure text={t.todayMessages(today.messages, f.count(today.messages))} /> : <span className="skeleton">&nbsp;</span>}</dd>
      {part !== undefined && average !== undefined && (
        <dd className="usual">
          <Bar part={part} />
          {t.usual(f.money(average))}
        </dd>
      )}
    </div>
  );
}

/** The mean of each day and the six before it, so that the week's own ups and downs are out. */
function smooth(values: readonly number[]): number[] {
  if (values.length < 14) return [...values];
  return values.map((_, at) => {
    const week = values.slice(Math.max(0, at - 6), at + 1);
    return week.reduce((sum, value) => sum + value, 0) / week.length;
  });
}
