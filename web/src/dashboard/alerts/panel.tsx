// The history of a workspace's alerts, under the bell.

import { Bell, Settings as Gear } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { unmask } from "../../gql";
import type { AlertRowFragment, DeliveredFragment } from "../../gql/graphql";
import { linkTo } from "../address";
import { addDays, today } from "../days";
import { useFormat, useLanguage, useWords } from "../language";
import { type List, type Shown, useRetry } from "../list";
import { mayManage, usePlace } from "../place";
import { Delivered, Delivery, useFollow } from "./deliveries";
import { lookOf, wayOf } from "./events";
import { useAlerts } from "./history";
import { isAfter } from "./seen";
import "./panel.css";

const words = {
  en: {
    title: "Alerts",
    channels: "Channels",
    sort: "Show",
    sorts: { all: "Everything", budget: "Budgets", usage: "Usage", report: "Reports", channel: "Channels" },
    today: "Today",
    yesterday: "Yesterday",
    fresh: "New",
    ways: {
      day: "See that day",
      month: "See the month",
      client: "See the client",
      days: "See these days",
      channels: "See the channels",
      figures: "See the figures",
    },
    deliveries: "Deliveries",
    loading: "Loading…",
    more: "Show more",
    nothing: "Nothing to tell yet",
    nothingText: "Here appears when a budget reaches a threshold or its limit, when usage is unusual or stops, and the reports of weeks and months.",
    choose: "Choose who else is told",
    none: "Nothing of this sort.",
    failed: "The alerts can't be shown now.",
    again: "Try again",
  },
  it: {
    title: "Avvisi",
    channels: "Canali",
    sort: "Mostra",
    sorts: { all: "Tutto", budget: "Budget", usage: "Utilizzo", report: "Report", channel: "Canali" },
    today: "Oggi",
    yesterday: "Ieri",
    fresh: "Nuovo",
    ways: {
      day: "Vedi quel giorno",
      month: "Vedi il mese",
      client: "Vedi il cliente",
      days: "Vedi questi giorni",
      channels: "Vedi i canali",
      figures: "Vedi i dati",
    },
    deliveries: "Consegne",
    loading: "Caricamento…",
    more: "Mostra altri",
    nothing: "Ancora nulla da segnalare",
    nothingText: "Qui si vede quando un budget raggiunge una soglia o il limite, quando l'uso è insolito o si ferma, e i report di settimane e mesi.",
    choose: "Scegli chi altro avvisare",
    none: "Nulla di questo tipo.",
    failed: "Ora non si possono mostrare gli avvisi.",
    again: "Riprova",
  },
};

const sorts = ["all", "budget", "usage", "report", "channel"] as const;
type Sort = (typeof sorts)[number];

interface Props {
  /** When the newest alert that was seen before happened. */
  readonly seen: string;
  /** The newest alert that the bell knows: another one, and there is something new. */
  readonly newest: string | undefined;
  readonly onSee: (time: string) => void;
  /** Closes the panel, for who follows a link out of it. */
  readonly onLeave: () => void;
}

export function Panel({ seen, newest, onSee, onLeave }: Props) {
  const t = useWords(words);
  const { language } = useLanguage();
  const { workspace, timeZone, role } = usePlace();
  const manages = mayManage(role);
  const now = useNow();
  const [sort, setSort] = useState<Sort>("all");
  // What was new stays marked while one looks.
  const [before] = useState(seen);
  const list = useAlerts({ workspaceId: workspace, ...(sort !== "all" && { eventHasPrefix: `${sort}.` }) }, language, manages);
  const { rows, problem, next, renew } = list;
  useEffect(next, [next]);
  useEffect(() => {
    if (newest !== undefined) renew();
  }, [newest, renew]);
  const top = sort === "all" ? rows?.[0]?.createdAt : undefined;
  useEffect(() => {
    if (top !== undefined) onSee(top);
  }, [top, onSee]);
  const followed = useMemo(() => (manages && rows ? rows.map((alert) => ({ createdAt: alert.createdAt, deliveries: deliveriesOf(alert) })) : []), [manages, rows]);
  useFollow(followed, renew);

  const days = new Map<string, AlertRowFragment[]>();
  for (const alert of rows ?? []) {
    const day = today(timeZone, Date.parse(alert.createdAt));
    days.set(day, [...(days.get(day) ?? []), alert]);
  }
  const channels = linkTo({ view: "settings", tab: "alerts" });
  return (
    <section className="alerts" aria-label={t.title}>
      <div className="head">
        <h2>{t.title}</h2>
        <select
          className="input"
          aria-label={t.sort}
          value={sort}
          onChange={(event) => {
            setSort(event.target.value as Sort);
          }}
        >
          {sorts.map((each) => (
            <option key={each} value={each}>
              {t.sorts[each]}
            </option>
          ))}
        </select>
        {manages && (
          <a className="button quiet icon" aria-label={t.channels} title={t.channels} {...channels} onClickCapture={onLeave}>
            <Gear size={18} aria-hidden="true" />
          </a>
        )}
      </div>
      {[...days].map(([day, alerts]) => (
        <div key={day} className="day">
          <DayName day={day} now={now} />
          <ul className="list">
            {alerts.map((alert) => (
              <Row key={alert.id} of={alert} now={now} fresh={alert.event !== "channel.test" && isAfter(alert.createdAt, before)} onPut={list.put} onLeave={onLeave} />
            ))}
          </ul>
        </div>
      ))}
      {rows?.length === 0 &&
        (sort === "all" ? (
          <div className="nothing">
            <Bell size={28} aria-hidden="true" />
            <h3>{t.nothing}</h3>
            <p>{t.nothingText}</p>
            {manages && (
              <a className="button" {...channels} onClickCapture={onLeave}>
                {t.choose}
              </a>
            )}
          </div>
        ) : (
          <p className="nothing">{t.none}</p>
        ))}
      {problem ? <Failed list={list} /> : !rows ? <div className="alerts-place skeleton" role="status" aria-label={t.loading} /> : null}
      {rows && rows.length > 0 && list.more && !problem && (
        <button type="button" className="button more" aria-disabled={list.asking} onClick={next}>
          {list.asking ? t.loading : t.more}
        </button>
      )}
    </section>
  );
}

function Failed({ list }: { list: List<AlertRowFragment> & Shown<AlertRowFragment> }) {
  const t = useWords(words);
  useRetry(list);
  const { problem, message, next } = list;
  return (
    <div className="notice bad" role="alert">
      <span>
        {t.failed} {problem === "failed" && message}
      </span>
      <button type="button" className="button" onClick={next}>
        {t.again}
      </button>
    </div>
  );
}

/** The instant that it is, to half a minute. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 30_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}

function DayName({ day, now }: { day: string; now: number }) {
  const t = useWords(words);
  const format = useFormat();
  const { timeZone } = usePlace();
  const current = today(timeZone, now);
  return <h3>{day === current ? t.today : day === addDays(current, -1) ? t.yesterday : format.longDay(day)}</h3>;
}

function deliveriesOf({ deliveries }: AlertRowFragment): readonly DeliveredFragment[] {
  return unmask(Delivered, deliveries) ?? [];
}

interface RowProps {
  readonly of: AlertRowFragment;
  readonly now: number;
  readonly fresh: boolean;
  /** Shows an alert with what became of its deliveries. */
  readonly onPut: (alert: AlertRowFragment) => void;
  readonly onLeave: () => void;
}

function Row({ of, now, fresh, onPut, onLeave }: RowProps) {
  const t = useWords(words);
  const format = useFormat();
  const { timeZone, role } = usePlace();
  const { icon: Icon, tone } = lookOf(of.event);
  const way = wayOf(of, timeZone, role);
  const deliveries = deliveriesOf(of);
  return (
    <li className="alert">
      <Icon size={18} aria-hidden="true" className={tone} />
      <div className="what">
        <h4>
          {fresh && <span className="fresh">{t.fresh}</span>}
          {of.title}
        </h4>
        <time dateTime={of.createdAt} title={format.instantWithSeconds(of.createdAt)} className="muted">
          {ago(of.createdAt, now, format.locale)}
        </time>
        <p>{of.text}</p>
        {way && (
          <a {...linkTo(way.address)} onClickCapture={onLeave}>
            {t.ways[way.to]}
          </a>
        )}
        {deliveries.length > 0 && (
          <ul className="deliveries" aria-label={t.deliveries}>
            {deliveries.map((delivery) => (
              <Delivery
                key={delivery.id}
                of={delivery}
                name={delivery.channel.name}
                onChanged={(changed) => {
                  onPut({ ...of, deliveries: deliveries.map((each) => (each.id === changed.id ? changed : each)) as unknown as AlertRowFragment["deliveries"] });
                }}
              />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

const spans = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How long ago an instant was; of the clock of another machine it is never to come. */
function ago(time: string, now: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const ms = Math.max(0, now - Date.parse(time));
  const [unit, length] = spans.find(([, length]) => ms >= length) ?? ["second", Infinity];
  return format.format(-Math.floor(ms / length), unit);
}
