import type { ReactNode } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import { Sparkline } from "../charts/sparkline";
import { useFormat, useWords } from "../language";
import { Bar } from "../overview/bar";
import { Change, changeOf, Figure } from "../overview/change";

const words = {
  en: {
    title: "Figures",
    cost: "Cost",
    messages: "Messages",
    average: "Average per day",
    averageMessages: (n: string) => `${n} messages a day`,
    busiest: (day: string, n: string) => `Busiest: ${day}, ${n}`,
    share: "Share of the workspace",
    of: (text: string) => `of ${text}`,
    before: (text: string) => `from ${text}`,
  },
  it: {
    title: "Cifre",
    cost: "Costo",
    messages: "Messaggi",
    average: "Media al giorno",
    averageMessages: (n: string) => `${n} messaggi al giorno`,
    busiest: (day: string, n: string) => `Il massimo: ${day}, ${n}`,
    share: "Quota dello spazio di lavoro",
    of: (text: string) => `di ${text}`,
    before: (text: string) => `da ${text}`,
  },
};

const ClientFigures = graphql(`
  fragment ClientFigures on UsageStats {
    totalCost
    totalMessages
    averageDailyCost
    averageDailyMessages
    dailyUsage {
      cost
      messages
    }
    busiestDay {
      date
      messages
    }
    previousPeriod @include(if: $compare) {
      totalCost
      totalMessages
    }
  }
`);

const EverybodysCost = graphql(`
  fragment EverybodysCost on UsageStats {
    totalCost
  }
`);

interface Props {
  readonly stats: FragmentType<typeof ClientFigures>;
  /** The same range and filter with every client. */
  readonly everybody: FragmentType<typeof EverybodysCost> | undefined;
}

/** What the client cost in the range, and how that compares. */
export function Figures({ stats, everybody }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const data = unmask(ClientFigures, stats);
  const before = data.previousPeriod;
  const whole = unmask(EverybodysCost, everybody)?.totalCost;
  const share = whole === undefined || Number(whole) === 0 ? 0 : Number(data.totalCost) / Number(whole);
  return (
    <dl className="cards" aria-label={t.title}>
      <Card title={t.cost} text={format.money(data.totalCost)} exact={format.exactMoney(data.totalCost)} line={<Sparkline values={data.dailyUsage.map((day) => day.cost)} />}>
        {before && <Change of={changeOf(data.totalCost, before.totalCost)}>{t.before(format.money(before.totalCost))}</Change>}
      </Card>
      <Card title={t.messages} text={format.count(data.totalMessages)} line={<Sparkline values={data.dailyUsage.map((day) => day.messages)} tone="messages" />}>
        {before && <Change of={changeOf(data.totalMessages, before.totalMessages)}>{t.before(format.count(before.totalMessages))}</Change>}
      </Card>
      <Card title={t.average} text={format.money(data.averageDailyCost)} exact={format.exactMoney(data.averageDailyCost)}>
        <p>{t.averageMessages(format.decimal(data.averageDailyMessages, 1))}</p>
        {data.busiestDay && data.dailyUsage.length > 1 && <p>{t.busiest(format.day(data.busiestDay.date), format.count(data.busiestDay.messages))}</p>}
      </Card>
      {whole !== undefined && (
        <Card title={t.share} text={format.share(share)} line={<Bar part={share} />}>
          <p>{t.of(format.money(whole))}</p>
        </Card>
      )}
    </dl>
  );
}

/** As high as the figures that come. */
export function FiguresPlace() {
  return (
    <div className="cards" aria-hidden="true">
      {["cost", "messages", "average", "share"].map((name) => (
        <div className="card" key={name}>
          <div className="skeleton" />
        </div>
      ))}
    </div>
  );
}

interface CardProps {
  readonly title: string;
  readonly text: string;
  /** The figure with every digit, where it has more. */
  readonly exact?: string;
  readonly line?: ReactNode;
  readonly children: ReactNode;
}

function Card({ title, text, exact, line, children }: CardProps) {
  return (
    <div className="card">
      <dt>{title}</dt>
      <dd className="main" title={exact === text ? undefined : exact}>
        <Figure text={text} />
      </dd>
      <dd className="beside">{children}</dd>
      {line !== undefined && <dd className="line" aria-hidden="true">
          {line}
        </dd>}
    </div>
  );
}
