import { graphql, unmask, type FragmentType } from "../../gql";
import { NoUsage } from "../charts/empty";
import { Figure, Place } from "../charts/figure";
import { ofMonths } from "../charts/ticks";
import { useFormat, useWords } from "../language";
import { Widget, WidgetSkeleton } from "../widget";

const MonthsWidget = graphql(`
  fragment MonthsWidget on UsageStats {
    monthlyUsage(months: 13) {
      month
      messages
      cost
      growth
    }
  }
`);

const words = {
  en: {
    title: "Months",
    label: "Cost by month",
    cost: "Cost",
    messages: "Messages",
    growth: "Growth",
    month: "Month",
    unfinished: "This month so far",
    soFar: "so far",
    monthSoFar: (month: string) => `${month}, so far`,
    before: "Against the month before",
    summary: (month: string, cost: string) => `${month} cost ${cost} so far.`,
    last: (month: string, cost: string) => `${month} cost ${cost}.`,
    grown: (change: string) => `That is ${change} against the month before.`,
  },
  it: {
    title: "Mesi",
    label: "Costo per mese",
    cost: "Costo",
    messages: "Messaggi",
    growth: "Crescita",
    month: "Mese",
    unfinished: "Questo mese finora",
    soFar: "finora",
    monthSoFar: (month: string) => `${month}, finora`,
    before: "Sul mese prima",
    summary: (month: string, cost: string) => `A ${month} finora ${cost}.`,
    last: (month: string, cost: string) => `A ${month} ${cost}.`,
    grown: (change: string) => `È ${change} rispetto al mese prima.`,
  },
};

const height = 234;

/** The fewest months that are drawn. */
const fewest = 6;

export function Months(props: { stats: FragmentType<typeof MonthsWidget> }) {
  const t = useWords(words);
  const format = useFormat();
  const all = unmask(MonthsWidget, props.stats).monthlyUsage;
  // Empty months before the first usage say nothing; some few remain, to show that it began.
  const first = all.findIndex(({ messages }) => messages > 0);
  const months = all.slice(Math.max(0, Math.min(first, all.length - fewest)));
  const current = months.length - 1;
  const name = (index: number) => format.month(months[index]?.month ?? "");
  const nameSoFar = (index: number) => (index === current ? t.monthSoFar(name(index)) : name(index));
  const grown = (growth: number | null | undefined) => (growth === null || growth === undefined ? "–" : format.change(growth));
  const { ticks } = ofMonths(
    months.map(({ month }) => month),
    format,
  );

  const last = months[current - 1];
  const summary = [
    t.summary(name(current), format.money(months[current]?.cost ?? 0)),
    ...(last ? [t.last(name(current - 1), format.money(last.cost))] : []),
    ...(typeof last?.growth === "number" ? [t.grown(format.change(last.growth))] : []),
  ].join(" ");

  const empty = first < 0;
  return (
    <Widget
      title={t.title}
      {...(!empty && { summary })}
      chart={(ref) =>
        empty ? (
          <Place legend={[]} height={height}>
            <NoUsage />
          </Place>
        ) : (
          <Figure
            ref={ref}
            height={height}
            label={t.label}
            summary={summary}
            spec={{
              length: months.length,
              series: [{ tone: "cost", as: "bars", values: months.map(({ cost }) => Number(cost)), unfinished: current }],
              ticks,
              scale: (n, step) => (step < 1 ? format.money(n) : format.shortMoney(n)),
              whole: false,
              // What is not over yet has not grown yet.
              above: months.flatMap(({ growth }, index) => {
                if (index === current) return [{ index, text: t.soFar }];
                return typeof growth === "number" ? [{ index, text: format.change(Math.round(growth)) }] : [];
              }),
              reading: (index) => {
                const month = months[index];
                if (!month) return [];
                return [
                  {
                    heading: nameSoFar(index),
                    rows: [
                      { label: t.cost, value: format.money(month.cost) },
                      { label: t.messages, value: format.count(month.messages) },
                      { label: t.before, value: grown(month.growth) },
                    ],
                  },
                ];
              },
              stride: 3,
              legend: [
                { label: t.label, tone: "cost", as: "bars" },
                { label: t.unfinished, tone: "cost", as: "unfinished" },
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
                <th scope="col">{t.month}</th>
                <th scope="col" className="number">
                  {t.cost}
                </th>
                <th scope="col" className="number">
                  {t.messages}
                </th>
                <th scope="col" className="number">
                  {t.growth}
                </th>
              </tr>
            </thead>
            <tbody>
              {all.map(({ month, messages, cost, growth }, index) => (
                <tr key={month}>
                  <th scope="row">{index === all.length - 1 ? t.monthSoFar(format.month(month)) : format.month(month)}</th>
                  <td className="number">{format.exactMoney(cost)}</td>
                  <td className="number">{format.count(messages)}</td>
                  <td className="number">{grown(growth)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )
      }
    />
  );
}

export function MonthsSkeleton() {
  const t = useWords(words);
  return (
    <WidgetSkeleton title={t.title}>
      <Place legend={[]} height={height}>
        <div className="skeleton" />
      </Place>
    </WidgetSkeleton>
  );
}
