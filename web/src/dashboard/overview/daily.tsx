import { ChartColumn, ChartLine } from "lucide-react";
import { useState } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import { NoUsage } from "../charts/empty";
import { Figure, Place, type Manner, type Reading, type Series } from "../charts/figure";
import { Switch } from "../charts/switch";
import { ofDays } from "../charts/ticks";
import { today } from "../days";
import { plural, useFormat, useWords } from "../language";
import { usePlace } from "../place";
import { Widget, WidgetSkeleton } from "../widget";
import "./daily.css";

const DailyWidget = graphql(`
  fragment DailyWidget on UsageStats {
    totalCost
    totalMessages
    dailyUsage {
      date
      messages
      cost
    }
  }
`);

const DailyBefore = graphql(`
  fragment DailyBefore on UsageStats {
    totalCost
    totalMessages
    dailyUsage {
      date
      messages
      cost
    }
  }
`);

const words = {
  en: {
    title: "Day by day",
    measure: "Measure",
    cost: "Cost",
    messages: "Messages",
    costByDay: "Cost by day",
    messagesByDay: "Messages by day",
    manner: "Drawn as",
    bars: "Bars",
    line: "Line",
    before: "Before",
    today: "Today so far",
    soFar: (day: string) => `${day}, so far`,
    change: "Change",
    new: "new",
    day: "Day",
    summary: (days: string, cost: string, messages: string, n: number) => `${days}: ${cost} for ${messages} ${plural(n, "message", "messages")}.`,
    most: (day: string, value: string) => `The most was on ${day}: ${value}.`,
    compared: (days: string, value: string) => `Before, ${days}: ${value}.`,
  },
  it: {
    title: "Giorno per giorno",
    measure: "Misura",
    cost: "Costo",
    messages: "Messaggi",
    costByDay: "Costo per giorno",
    messagesByDay: "Messaggi per giorno",
    manner: "Disegnato come",
    bars: "Barre",
    line: "Linea",
    before: "Prima",
    today: "Oggi finora",
    soFar: (day: string) => `${day}, finora`,
    change: "Variazione",
    new: "nuovo",
    day: "Giorno",
    summary: (days: string, cost: string, messages: string, n: number) => `${days}: ${cost} per ${messages} ${plural(n, "messaggio", "messaggi")}.`,
    most: (day: string, value: string) => `Il massimo è stato ${day}: ${value}.`,
    compared: (days: string, value: string) => `Prima, ${days}: ${value}.`,
  },
};

const height = 240;

/** Up to so many days, bars can be told apart. */
const mostBars = 62;

interface Props {
  readonly stats: FragmentType<typeof DailyWidget>;
  /** The period before; none where it is not compared. */
  readonly before: FragmentType<typeof DailyBefore> | null | undefined;
}

export function Daily(props: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { timeZone } = usePlace();
  const [measure, setMeasure] = useState<"cost" | "messages">("cost");
  const [chosenManner, setManner] = useState<Manner>();

  const stats = unmask(DailyWidget, props.stats);
  const earlier = unmask(DailyBefore, props.before);
  const days = stats.dailyUsage;
  const manner = chosenManner ?? (days.length <= mostBars ? "bars" : "line");
  const dates = days.map(({ date }) => date);
  const now = today(timeZone);
  const unfinished = dates.indexOf(now);
  const value = (day: (typeof days)[number]) => Number(day[measure]);
  const write = (day: (typeof days)[number]) => (measure === "cost" ? format.money(day.cost) : format.count(day.messages));

  const figures = (day: (typeof days)[number]) => [
    { label: t.cost, value: format.money(day.cost) },
    { label: t.messages, value: format.count(day.messages) },
  ];
  const change = (from: number, to: number) => (from > 0 ? format.change(((to - from) / from) * 100) : to > 0 ? t.new : format.change(0));

  const reading = (index: number): Reading[] => {
    const day = days[index];
    if (!day) return [];
    const heading = day.date === now ? t.soFar(format.longDay(day.date)) : format.longDay(day.date);
    const part: Reading = { heading, key: { tone: measure, as: index === unfinished && manner === "bars" ? "unfinished" : manner }, rows: figures(day) };
    const other = earlier?.dailyUsage[index];
    if (!other) return [part];
    return [
      part,
      {
        heading: format.longDay(other.date),
        key: { tone: "before", as: "dashes" },
        rows: [...figures(other), { label: t.change, value: change(value(other), value(day)) }],
      },
    ];
  };

  const rangeOf = (list: typeof days) => format.days(list[0]?.date ?? now, list.at(-1)?.date ?? now);
  const total = ({ totalCost, totalMessages }: { totalCost: number | string; totalMessages: number }) =>
    measure === "cost" ? format.money(totalCost) : format.count(totalMessages);
  const most = days.reduce((best, day) => (value(day) > value(best) ? day : best), days[0] ?? { date: now, messages: 0, cost: 0 });
  const summary = [
    t.summary(rangeOf(days), format.money(stats.totalCost), format.count(stats.totalMessages), stats.totalMessages),
    ...(stats.totalMessages > 0 ? [t.most(format.longDay(most.date), write(most))] : []),
    ...(earlier ? [t.compared(rangeOf(earlier.dailyUsage), total(earlier))] : []),
  ].join(" ");

  const main: Series = { tone: measure, as: manner, values: days.map(value), unfinished: unfinished < 0 ? undefined : unfinished };
  const past: Series[] = earlier ? [{ tone: "before", as: "dashes", values: days.map((_, index) => pick(earlier.dailyUsage[index], value)) }] : [];

  const empty = stats.totalMessages === 0;
  return (
    <Widget
      title={t.title}
      summary={summary}
      tools={
        <>
          <Switch
            label={t.measure}
            choices={[
              { value: "cost", name: t.cost },
              { value: "messages", name: t.messages },
            ]}
            value={measure}
            onChange={setMeasure}
          />
          <Switch<Manner>
            label={t.manner}
            choices={[
              { value: "bars", name: t.bars, sign: <ChartColumn size={16} aria-hidden="true" /> },
              { value: "line", name: t.line, sign: <ChartLine size={16} aria-hidden="true" /> },
            ]}
            value={manner}
            onChange={setManner}
          />
        </>
      }
      chart={(ref) =>
        empty ? (
          <Place legend={[]} height={height}>
            <NoUsage />
          </Place>
        ) : (
          <Figure
            ref={ref}
            height={height}
            label={measure === "cost" ? t.costByDay : t.messagesByDay}
            summary={summary}
            spec={{
              length: days.length,
              // Above bars, but below a line: what is now is on top.
              series: manner === "bars" ? [main, ...past] : [...past, main],
              ticks: ofDays(dates, format),
              // Between cents the short form has too few digits.
              scale: (n, step) => (measure === "messages" ? format.shortCount(n) : step < 1 ? format.money(n) : format.shortMoney(n)),
              whole: measure === "messages",
              reading,
              stride: 7,
              legend: [
                { label: rangeOf(days), tone: measure, as: manner },
                ...(earlier ? [{ label: rangeOf(earlier.dailyUsage), tone: "before" as const, as: "dashes" as const }] : []),
                ...(unfinished >= 0 && manner === "bars" && days.length > 1 ? [{ label: t.today, tone: measure, as: "unfinished" as const }] : []),
              ],
            }}
          />
        )
      }
      table={
        empty ? undefined : (
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t.day}</th>
                <th scope="col" className="number">
                  {t.cost}
                </th>
                <th scope="col" className="number">
                  {t.messages}
                </th>
                {earlier && (
                  <>
                    <th scope="col">{t.before}</th>
                    <th scope="col" className="number">
                      {t.cost}
                    </th>
                    <th scope="col" className="number">
                      {t.messages}
                    </th>
                  </>
                )}
              </tr>
            </thead>
            <tbody>
              {days.map((day, index) => {
                const other = earlier?.dailyUsage[index];
                return (
                  <tr key={day.date}>
                    <th scope="row">{format.longDay(day.date)}</th>
                    <td className="number">{format.exactMoney(day.cost)}</td>
                    <td className="number">{format.count(day.messages)}</td>
                    {other && (
                      <>
                        <td>{format.longDay(other.date)}</td>
                        <td className="number">{format.exactMoney(other.cost)}</td>
                        <td className="number">{format.count(other.messages)}</td>
                      </>
                    )}
                  </tr>
                );
              })}
            </tbody>
          </table>
        )
      }
    />
  );
}

function pick<T>(day: T | undefined, value: (day: T) => number): number | null {
  return day === undefined ? null : value(day);
}

export function DailySkeleton() {
  const t = useWords(words);
  return (
    <WidgetSkeleton title={t.title} tools={<div className="skeleton daily-tools" />}>
      <Place legend={[]} height={height}>
        <div className="skeleton" />
      </Place>
    </WidgetSkeleton>
  );
}
