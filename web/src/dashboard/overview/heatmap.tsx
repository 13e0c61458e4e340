import { graphql, unmask, type FragmentType } from "../../gql";
import { weekdays } from "../address";
import { NoUsage } from "../charts/empty";
import { Heat, HeatPlace } from "../charts/heat";
import { plural, useFormat, useWords } from "../language";
import { Widget, WidgetSkeleton } from "../widget";

const HeatmapWidget = graphql(`
  fragment HeatmapWidget on UsageStats {
    totalMessages
    heatmap {
      weekday
      hour
      messages
      cost
    }
  }
`);

const words = {
  en: {
    title: "Hours of the week",
    note: "Messages by weekday and hour",
    weekday: "Weekday",
    hour: "Hour",
    messages: "Messages",
    cost: "Cost",
    count: (messages: string, n: number) => `${messages} ${plural(n, "message", "messages")}`,
    summary: (day: string, start: string, end: string, messages: string, n: number) =>
      `The busiest hour of the week is ${day} from ${start} to ${end}: ${messages} ${plural(n, "message", "messages")}.`,
    less: "Less",
    more: "More",
    hint: "Point at an hour, or use the arrow keys.",
  },
  it: {
    title: "Ore della settimana",
    note: "Messaggi per giorno e ora",
    weekday: "Giorno",
    hour: "Ora",
    messages: "Messaggi",
    cost: "Costo",
    count: (messages: string, n: number) => `${messages} ${plural(n, "messaggio", "messaggi")}`,
    summary: (day: string, start: string, end: string, messages: string, n: number) =>
      `L'ora più intensa della settimana è ${day} tra le ${start} e le ${end}: ${messages} ${plural(n, "messaggio", "messaggi")}.`,
    less: "Meno",
    more: "Più",
    hint: "Indica un'ora, o usa le frecce.",
  },
};

export function Heatmap(props: { stats: FragmentType<typeof HeatmapWidget> }) {
  const t = useWords(words);
  const format = useFormat();
  const { heatmap, totalMessages } = unmask(HeatmapWidget, props.stats);
  const span = (hour: number) => `${format.hour(hour)} – ${format.hour((hour + 1) % 24)}`;
  const cellAt = (row: number, hour: number) => heatmap[row * 24 + hour];
  const most = heatmap.reduce((best, cell) => (cell.messages > best.messages ? cell : best), heatmap[0] ?? { weekday: "MONDAY", hour: 0, messages: 0, cost: 0 });
  const empty = totalMessages === 0;
  return (
    <Widget
      title={t.title}
      note={t.note}
      {...(!empty && {
        summary: t.summary(
          format.weekday(most.weekday),
          format.hour(most.hour),
          format.hour((most.hour + 1) % 24),
          format.count(most.messages),
          most.messages,
        ),
      })}
      chart={(ref) =>
        empty ? (
          <HeatPlace>
            <NoUsage />
          </HeatPlace>
        ) : (
          <Heat
            ref={ref}
            label={t.note}
            rows={weekdays.map((day) => ({ name: format.weekday(day), short: format.shortWeekday(day) }))}
            columns={Array.from({ length: 24 }, (_, hour) => ({ name: span(hour), short: format.hour(hour) }))}
            values={weekdays.map((_, row) => Array.from({ length: 24 }, (_, hour) => cellAt(row, hour)?.messages ?? 0))}
            tone="messages"
            words={(row, hour) => {
              const { messages, cost } = cellAt(row, hour) ?? { messages: 0, cost: 0 };
              return `${t.count(format.count(messages), messages)}, ${format.money(cost)}`;
            }}
            less={t.less}
            more={t.more}
            hint={t.hint}
          />
        )
      }
      table={
        empty ? undefined : (
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t.weekday}</th>
                <th scope="col">{t.hour}</th>
                <th scope="col" className="number">
                  {t.messages}
                </th>
                <th scope="col" className="number">
                  {t.cost}
                </th>
              </tr>
            </thead>
            <tbody>
              {heatmap.map(({ weekday, hour, messages, cost }) => (
                <tr key={`${weekday} ${hour}`}>
                  <th scope="row">{format.weekday(weekday)}</th>
                  <td>{span(hour)}</td>
                  <td className="number">{format.count(messages)}</td>
                  <td className="number">{format.exactMoney(cost)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )
      }
    />
  );
}

export function HeatmapSkeleton() {
  const t = useWords(words);
  return (
    <WidgetSkeleton title={t.title} note={t.note}>
      <HeatPlace>
        <div className="skeleton" />
      </HeatPlace>
    </WidgetSkeleton>
  );
}
