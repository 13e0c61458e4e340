import { ChartColumn, ChartLine } from "lucide-react";
import { useState } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import type { DailyAnomaliesFragment } from "../../gql/graphql";
import type { Amount } from "../../exact";
import { NoUsage } from "../charts/empty";
import { Figure, type Key, Place, type Manner, type Reading, type Series } from "../charts/figure";
import { Switch } from "../charts/switch";
import { ofDays } from "../charts/ticks";
import { daysBetween, monthEnd, monthStart, today } from "../days";
import { type Format, plural, useFormat, useWords } from "../language";
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

const DailyForecast = graphql(`
  fragment DailyForecast on UsageStats {
    forecast(days: $ahead) @include(if: $coming) {
      method
      daily {
        date
        expected
        low80
        high80
      }
    }
  }
`);

const DailyAnomalies = graphql(`
  fragment DailyAnomalies on UsageStats {
    anomalies {
      date
      hour
      direction
      actual
      low
      high
      clients {
        clientId
        clientName
        difference
      }
      kinds {
        label
        difference
      }
      models {
        label
        difference
      }
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
    limit: (value: string) => `Budget per day: ${value}`,
    limitAbove: (value: string) => `Budget per day: ${value}, above the chart`,
    perDay: "Budget per day",
    expected: "Expected",
    expectedKey: (part: string) => `Expected, ${part}`,
    expectedNote: "Days to come are expected: 8 in 10 lie in the band.",
    expectedRows: "Expected, and between what 8 days in 10 lie",
    costAlone: "Only cost is forecast, not messages.",
    tooFew: "No forecast yet: it takes 14 days of usage.",
    noForecast: "The forecast can't be shown now.",
    between: "8 days in 10",
    range: (low: string, high: string) => `${low} – ${high}`,
    expectedOn: (day: string, value: string, low: string, high: string) => `Expected on ${day}: ${value}, between ${low} and ${high} on 8 days in 10.`,
    unusual: "Unusual",
    unusualRows: "Unusual days and hours, and what explains them",
    above: "Unusually much",
    below: "Unusually little",
    atHour: (what: string, hour: string) => `${what} at ${hour}`,
    dayAt: (day: string, hour: string) => `${day}, ${hour}`,
    cameTo: "It was",
    usual: "Usual",
    usually: (low: string, high: string) => `usually ${low} – ${high}`,
    noModel: "without a model",
    unusualOn: (days: string) => `Unusual: ${days}.`,
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
    limit: (value: string) => `Budget al giorno: ${value}`,
    limitAbove: (value: string) => `Budget al giorno: ${value}, sopra il grafico`,
    perDay: "Budget al giorno",
    expected: "Previsto",
    expectedKey: (part: string) => `Previsto, ${part}`,
    expectedNote: "I giorni futuri sono previsti: 8 su 10 stanno nella fascia.",
    expectedRows: "Previsto, e tra quali valori stanno 8 giorni su 10",
    costAlone: "Si prevede solo il costo, non i messaggi.",
    tooFew: "Ancora nessuna previsione: servono 14 giorni di utilizzo.",
    noForecast: "La previsione non si può mostrare ora.",
    between: "8 giorni su 10",
    range: (low: string, high: string) => `${low} – ${high}`,
    expectedOn: (day: string, value: string, low: string, high: string) => `Previsto per ${day}: ${value}, tra ${low} e ${high} in 8 giorni su 10.`,
    unusual: "Insolito",
    unusualRows: "Giorni e ore insoliti, e che cosa li spiega",
    above: "Insolitamente molto",
    below: "Insolitamente poco",
    atHour: (what: string, hour: string) => `${what} alle ${hour}`,
    dayAt: (day: string, hour: string) => `${day}, ${hour}`,
    cameTo: "È stato",
    usual: "Di solito",
    usually: (low: string, high: string) => `di solito ${low} – ${high}`,
    noModel: "senza modello",
    unusualOn: (days: string) => `Insolito: ${days}.`,
  },
};

const height = 240;

/** Up to so many days, bars can be told apart. */
const mostBars = 62;

/** Up to so many times what was spent, a budget's line leaves the days below it room enough. */
const mostLimit = 1.6;

interface Props {
  readonly stats: FragmentType<typeof DailyWidget> & FragmentType<typeof DailyForecast> & FragmentType<typeof DailyAnomalies>;
  /** The period before; none where it is not compared. */
  readonly before: FragmentType<typeof DailyBefore> | null | undefined;
  /** What a month may cost of what is shown; undefined where it has no budget. */
  readonly limit?: Amount | undefined;
  /** Whether the days to come are asked for. */
  readonly coming: boolean;
  /** The fragments that could not be answered. */
  readonly failed: ReadonlySet<string>;
}

/** The days to come that a range shows: a third of its own where it ends today, none where it does not. */
export function daysToCome({ start, end }: { start: string; end: string }, now: string): { coming: boolean; ahead: number } {
  return { coming: end === now, ahead: Math.max(1, Math.min(30, Math.round(daysBetween(start, end) / 3))) };
}

export function Daily(props: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { timeZone } = usePlace();
  const [measure, setMeasure] = useState<"cost" | "messages">("cost");
  const [chosenManner, setManner] = useState<Manner>();

  const stats = unmask(DailyWidget, props.stats);
  const earlier = unmask(DailyBefore, props.before);
  const forecast = props.failed.has("DailyForecast") ? undefined : unmask(DailyForecast, props.stats).forecast;
  const anomalies = props.failed.has("DailyAnomalies") ? [] : unmask(DailyAnomalies, props.stats).anomalies;
  const days = stats.dailyUsage;
  const inCost = measure === "cost";
  const manner = chosenManner ?? (days.length <= mostBars ? "bars" : "line");
  const ahead = inCost ? (forecast?.daily ?? []) : [];
  const dates = [...days, ...ahead].map(({ date }) => date);
  const now = today(timeZone);
  const unfinished = dates.indexOf(now);
  const value = (day: (typeof days)[number]) => Number(day[measure]);
  const write = (day: (typeof days)[number]) => (inCost ? format.money(day.cost) : format.count(day.messages));

  const perDay = dates.map((date) => Number(props.limit ?? 0) / daysBetween(monthStart(date), monthEnd(date)));
  const highest = Math.max(...days.map(value), ...ahead.map(({ high80 }) => Number(high80)));
  const limited = inCost && props.limit !== undefined && !(Number(props.limit) === 0);
  const drawn = limited && Math.max(...perDay) <= mostLimit * highest;
  const limitText = format.money(perDay[Math.max(0, unfinished)] ?? 0);

  const figures = (day: (typeof days)[number]) => [
    { label: t.cost, value: format.money(day.cost) },
    { label: t.messages, value: format.count(day.messages) },
  ];
  const change = (from: number, to: number) => (from > 0 ? format.change(((to - from) / from) * 100) : to > 0 ? t.new : format.change(0));
  const limitOf = (index: number) => (limited ? [{ label: t.perDay, value: format.money(perDay[index] ?? 0) }] : []);

  const reading = (index: number): Reading[] => {
    const coming = ahead[index - days.length];
    if (coming) {
      return [
        {
          heading: format.longDay(coming.date),
          key: { tone: measure, as: "range" },
          rows: [
            { label: t.expected, value: format.money(coming.expected) },
            { label: t.between, value: t.range(format.money(coming.low80), format.money(coming.high80)) },
            ...limitOf(index),
          ],
        },
      ];
    }
    const day = days[index];
    if (!day) return [];
    const heading = day.date === now ? t.soFar(format.longDay(day.date)) : format.longDay(day.date);
    const part: Reading = {
      heading,
      key: { tone: measure, as: index === unfinished && manner === "bars" ? "unfinished" : manner },
      rows: [...figures(day), ...limitOf(index)],
    };
    const odd = (inCost ? anomalies : []).filter(({ date }) => date === day.date).map((each) => partOf(each, t, format));
    const other = earlier?.dailyUsage[index];
    if (!other) return [part, ...odd];
    return [
      part,
      ...odd,
      {
        heading: format.longDay(other.date),
        key: { tone: "before", as: "dashes" },
        rows: [...figures(other), { label: t.change, value: change(value(other), value(day)) }],
      },
    ];
  };

  const rangeOf = (list: typeof days) => format.days(list[0]?.date ?? now, list.at(-1)?.date ?? now);
  const total = ({ totalCost, totalMessages }: { totalCost: number | string; totalMessages: number }) =>
    inCost ? format.money(totalCost) : format.count(totalMessages);
  const most = days.reduce((best, day) => (value(day) > value(best) ? day : best), days[0] ?? { date: now, messages: 0, cost: 0 });
  const next = ahead[0];
  const odd = inCost ? anomalies : [];
  const summary = [
    t.summary(rangeOf(days), format.money(stats.totalCost), format.count(stats.totalMessages), stats.totalMessages),
    ...(stats.totalMessages > 0 ? [t.most(format.longDay(most.date), write(most))] : []),
    ...(earlier ? [t.compared(rangeOf(earlier.dailyUsage), total(earlier))] : []),
    ...(limited ? [`${t.limit(limitText)}.`] : []),
    ...(next ? [t.expectedOn(format.longDay(next.date), format.money(next.expected), format.money(next.low80), format.money(next.high80))] : []),
    ...(odd.length > 0 ? [t.unusualOn(odd.map((each) => `${dayOf(each, t, format)} (${whatOf(each, t)})`).join("; "))] : []),
  ].join(" ");
  const note = !props.coming
    ? undefined
    : !inCost
      ? t.costAlone
      : !forecast
        ? t.noForecast
        : forecast.method === null
          ? t.tooFew
          : t.expectedNote;

  const later = ahead.map(() => null);
  const main: Series = { tone: measure, as: manner, values: [...days.map(value), ...later], unfinished: unfinished < 0 ? undefined : unfinished };
  const past: Series[] = earlier ? [{ tone: "before", as: "dashes", values: [...days.map((_, index) => pick(earlier.dailyUsage[index], value)), ...later] }] : [];
  const none = days.map(() => null);
  const future: Series[] =
    ahead.length > 0
      ? [
          {
            tone: measure,
            as: "dashes",
            values: [...none, ...ahead.map(({ expected }) => Number(expected))],
            band: [...none, ...ahead.map(({ low80, high80 }) => ({ low: Number(low80), high: Number(high80) }))],
          },
        ]
      : [];
  const pace: Series[] = drawn ? [{ tone: "limit", as: "dots", values: perDay }] : [];
  const legend: Key[] = [
    { label: rangeOf(days), tone: measure, as: manner },
    ...(earlier ? [{ label: rangeOf(earlier.dailyUsage), tone: "before" as const, as: "dashes" as const }] : []),
    ...(unfinished >= 0 && manner === "bars" && days.length > 1 ? [{ label: t.today, tone: measure, as: "unfinished" as const }] : []),
    ...(next ? [{ label: t.expectedKey(format.share(0.8)), tone: measure, as: "range" as const }] : []),
    ...(limited ? [{ label: drawn ? t.limit(limitText) : t.limitAbove(limitText), tone: "limit" as const, as: "dots" as const }] : []),
    ...(odd.length > 0 ? [{ label: t.unusual, tone: measure, as: "mark" as const }] : []),
  ];
  const marks = dates.flatMap((date, index) => {
    const found = odd.filter((each) => each.date === date);
    const shown = found.find(({ hour }) => hour === null) ?? found[0];
    return shown ? [{ index, up: shown.direction === "ABOVE", hollow: shown.hour !== null }] : [];
  });

  const columns = earlier ? 6 : 3;
  const empty = stats.totalMessages === 0;
  return (
    <Widget
      className="daily"
      title={t.title}
      {...(note !== undefined && { note })}
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
            label={inCost ? t.costByDay : t.messagesByDay}
            summary={summary}
            spec={{
              length: dates.length,
              // Above bars, but below a line: what is now is on top.
              series: manner === "bars" ? [main, ...past, ...pace, ...future] : [...past, ...pace, main, ...future],
              ticks: ofDays(dates, format),
              // Between cents the short form has too few digits.
              scale: (n, step) => (measure === "messages" ? format.shortCount(n) : step < 1 ? format.money(n) : format.shortMoney(n)),
              whole: measure === "messages",
              reading,
              marks,
              start: days.length - 1,
              stride: 7,
              legend,
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
            {ahead.length > 0 && (
              <tbody>
                <tr>
                  <th scope="rowgroup" colSpan={columns}>
                    {t.expectedRows}
                  </th>
                </tr>
                {ahead.map((day) => (
                  <tr key={day.date}>
                    <th scope="row">{format.longDay(day.date)}</th>
                    <td className="number">{format.exactMoney(day.expected)}</td>
                    <td colSpan={columns - 2}>{t.range(format.exactMoney(day.low80), format.exactMoney(day.high80))}</td>
                  </tr>
                ))}
              </tbody>
            )}
            {odd.length > 0 && (
              <tbody>
                <tr>
                  <th scope="rowgroup" colSpan={columns}>
                    {t.unusualRows}
                  </th>
                </tr>
                {odd.map((each) => (
                  <tr key={`${each.date} ${each.hour ?? ""}`}>
                    <th scope="row">{dayOf(each, t, format)}</th>
                    <td className="number">{format.exactMoney(each.actual)}</td>
                    <td className="why" colSpan={columns - 2}>
                      {whatOf(each, t)}, {t.usually(format.money(each.low), format.money(each.high))}:{" "}
                      {[each.clients.map(clientOf), each.kinds.map(labelOf(t)), each.models.map(labelOf(t))]
                        .flat()
                        .map(({ name, difference }) => `${name} ${signed(difference, format)}`)
                        .join(", ")}
                    </td>
                  </tr>
                ))}
              </tbody>
            )}
          </table>
        )
      }
    />
  );
}

function pick<T>(day: T | undefined, value: (day: T) => number): number | null {
  return day === undefined ? null : value(day);
}

type Words = (typeof words)["en"];
type Anomaly = DailyAnomaliesFragment["anomalies"][number];

const whatOf = ({ direction }: Anomaly, t: Words) => (direction === "ABOVE" ? t.above : t.below);
const dayOf = ({ date, hour }: Anomaly, t: Words, format: Format) =>
  hour === null ? format.longDay(date) : t.dayAt(format.longDay(date), format.hour(hour));
const signed = (amount: Amount, format: Format) => `${Number(amount) > 0 ? "+" : ""}${format.money(amount)}`;

interface Departure {
  readonly name: string;
  readonly difference: Amount;
}
const clientOf = ({ clientId, clientName, difference }: Anomaly["clients"][number]): Departure => ({ name: clientName ?? clientId, difference });
const labelOf =
  (t: Words) =>
  ({ label, difference }: Anomaly["kinds"][number]): Departure => ({ name: label === "" ? t.noModel : label, difference });

/** What is told of an anomaly beside the chart: the clients that explain it; of one client alone, the kinds. */
function partOf(anomaly: Anomaly, t: Words, format: Format): Reading {
  const { hour, clients, kinds } = anomaly;
  const why = clients.length > 1 ? clients.map(clientOf) : kinds.map(labelOf(t));
  return {
    heading: hour === null ? whatOf(anomaly, t) : t.atHour(whatOf(anomaly, t), format.hour(hour)),
    key: { tone: "cost", as: "mark" },
    rows: [
      ...(hour === null ? [] : [{ label: t.cameTo, value: format.money(anomaly.actual) }]),
      { label: t.usual, value: t.range(format.money(anomaly.low), format.money(anomaly.high)) },
      ...why.map(({ name, difference }) => ({ label: name, value: signed(difference, format) })),
    ],
  };
}

export function DailySkeleton({ coming }: { coming: boolean }) {
  const t = useWords(words);
  return (
    <WidgetSkeleton className="daily" title={t.title} {...(coming && { note: t.expectedNote })} tools={<div className="skeleton daily-tools" />}>
      <Place legend={[]} height={height}>
        <div className="skeleton" />
      </Place>
    </WidgetSkeleton>
  );
}
