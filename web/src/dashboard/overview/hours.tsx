import { graphql, unmask, type FragmentType } from "../../gql";
import { NoUsage } from "../charts/empty";
import { Figure, Place } from "../charts/figure";
import { everySo } from "../charts/ticks";
import { plural, useFormat, useWords } from "../language";
import { Widget, WidgetSkeleton } from "../widget";

const HoursWidget = graphql(`
  fragment HoursWidget on UsageStats {
    totalMessages
    peakHour {
      hour
      messages
    }
    peakHours {
      hour
      messages
      cost
    }
  }
`);

const words = {
  en: {
    title: "Hours of the day",
    label: "Messages by hour of the day",
    hour: "Hour",
    messages: "Messages",
    cost: "Cost",
    share: "Of all messages",
    peak: (hour: string) => `Peak ${hour}`,
    summary: (start: string, end: string, messages: string, n: number, share: string) =>
      `The peak is from ${start} to ${end}: ${messages} ${plural(n, "message", "messages")}, ${share} of all.`,
  },
  it: {
    title: "Ore del giorno",
    label: "Messaggi per ora del giorno",
    hour: "Ora",
    messages: "Messaggi",
    cost: "Costo",
    share: "Di tutti i messaggi",
    peak: (hour: string) => `Picco ${hour}`,
    summary: (start: string, end: string, messages: string, n: number, share: string) =>
      `Il picco è tra le ${start} e le ${end}: ${messages} ${plural(n, "messaggio", "messaggi")}, ${share} del totale.`,
  },
};

// As high as the heatmap beside it.
const height = 262;

export function Hours(props: { stats: FragmentType<typeof HoursWidget> }) {
  const t = useWords(words);
  const format = useFormat();
  const { peakHours, peakHour, totalMessages } = unmask(HoursWidget, props.stats);
  /** An hour of the day by its beginning and end. */
  const span = (hour: number) => `${format.hour(hour)} – ${format.hour((hour + 1) % 24)}`;
  const share = (messages: number) => format.share(totalMessages > 0 ? messages / totalMessages : 0);
  const summary = peakHour
    ? t.summary(
        format.hour(peakHour.hour),
        format.hour((peakHour.hour + 1) % 24),
        format.count(peakHour.messages),
        peakHour.messages,
        share(peakHour.messages),
      )
    : "";
  return (
    <Widget
      title={t.title}
      note={t.label}
      {...(peakHour && { summary })}
      chart={(ref) =>
        peakHour ? (
          <Figure
            ref={ref}
            height={height}
            label={t.label}
            summary={summary}
            spec={{
              length: peakHours.length,
              series: [{ tone: "messages", as: "bars", values: peakHours.map(({ messages }) => messages), marked: peakHour.hour }],
              ticks: everySo(24, [1, 2, 3, 4, 6, 12], format.hour),
              scale: format.shortCount,
              whole: true,
              above: [{ index: peakHour.hour, text: t.peak(format.hour(peakHour.hour)), strong: true }],
              reading: (index) => {
                const hour = peakHours[index];
                if (!hour) return [];
                return [
                  {
                    heading: span(hour.hour),
                    rows: [
                      { label: t.messages, value: format.count(hour.messages) },
                      { label: t.share, value: share(hour.messages) },
                      { label: t.cost, value: format.money(hour.cost) },
                    ],
                  },
                ];
              },
              stride: 6,
            }}
          />
        ) : (
          <Place height={height}>
            <NoUsage />
          </Place>
        )
      }
      table={
        peakHour ? (
          <table className="table">
            <thead>
              <tr>
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
              {peakHours.map(({ hour, messages, cost }) => (
                <tr key={hour}>
                  <th scope="row">{span(hour)}</th>
                  <td className="number">{format.count(messages)}</td>
                  <td className="number">{format.exactMoney(cost)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : undefined
      }
    />
  );
}

export function HoursSkeleton() {
  const t = useWords(words);
  return (
    <WidgetSkeleton title={t.title} note={t.label}>
      <Place height={height}>
        <div className="skeleton" />
      </Place>
    </WidgetSkeleton>
  );
}
