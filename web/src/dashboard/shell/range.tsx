import { CalendarDays, ChevronDown } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { daysOf, go, rangeNames, useAddress } from "../address";
import { Field } from "../controls/field";
import { Popup } from "../controls/popup";
import { before, daysBetween, resolve, today } from "../days";
import { useFormat, useWords } from "../language";
import { usePlace } from "../place";

const words = {
  en: {
    range: "Range of days",
    names: {
      today: "Today",
      "7d": "Last 7 days",
      "30d": "Last 30 days",
      "90d": "Last 90 days",
      month: "This month",
      "last-month": "Last month",
      "3-months": "Last 3 months",
      year: "Last 365 days",
    },
    own: "Other days",
    from: "From",
    to: "To",
    apply: "Show these days",
    reversed: "The first day is after the last one.",
    long: "At most 3,660 days can be shown at once.",
    incomplete: "Give both days.",
    compare: "Compare with the days before",
  },
  it: {
    range: "Intervallo di giorni",
    names: {
      today: "Oggi",
      "7d": "Ultimi 7 giorni",
      "30d": "Ultimi 30 giorni",
      "90d": "Ultimi 90 giorni",
      month: "Questo mese",
      "last-month": "Mese scorso",
      "3-months": "Ultimi 3 mesi",
      year: "Ultimi 365 giorni",
    },
    own: "Altri giorni",
    from: "Dal",
    to: "Al",
    apply: "Mostra questi giorni",
    reversed: "Il primo giorno viene dopo l'ultimo.",
    long: "Si possono mostrare al massimo 3.660 giorni insieme.",
    incomplete: "Indica entrambi i giorni.",
    compare: "Confronta con i giorni prima",
  },
};

/** The most days that the API answers at once. */
const mostDays = 3660;

export function RangePicker() {
  const t = useWords(words);
  const format = useFormat();
  const { range, compare } = useAddress();
  const { timeZone } = usePlace();
  const now = today(timeZone);
  const days = resolve(range, now);
  const own = daysOf(range);
  const previous = before(days);
  return (
    <Popup
      align="end"
      button={
        <>
          <CalendarDays size={16} aria-hidden="true" />
          <span className="visually-hidden">{t.range}: </span>
          <span className="numbers">{own ? format.days(own.start, own.end) : t.names[range as (typeof rangeNames)[number]]}</span>
          <ChevronDown size={14} aria-hidden="true" />
        </>
      }
    >
      {(close) => (
        <div className="ranges">
          <div className="choices">
            {rangeNames.map((name) => {
              const { start, end } = resolve(name, now);
              return (
                <button
                  key={name}
                  type="button"
                  className="choice"
                  aria-pressed={name === range}
                  onClick={() => {
                    go({ range: name });
                    close();
                  }}
                >
                  {t.names[name]}
                  <small className="end muted">{format.days(start, end)}</small>
                </button>
              );
            })}
          </div>
          <OwnDays
            key={range}
            start={days.start}
            end={days.end}
            onDays={(start, end) => {
              go({ range: `${start}..${end}` });
              close();
            }}
          />
          <label className="choice">
            <input
              type="checkbox"
              checked={compare}
              onChange={(event) => {
                go({ compare: event.target.checked });
              }}
            />
            <span>
              {t.compare}
              <small className="muted">
                <br />
                {format.days(previous.start, previous.end)}
              </small>
            </span>
          </label>
        </div>
      )}
    </Popup>
  );
}

/** Two date fields; the browser's own calendars know the language. */
function OwnDays({ start, end, onDays }: { start: string; end: string; onDays: (start: string, end: string) => void }) {
  const t = useWords(words);
  const [from, setFrom] = useState(start);
  const [to, setTo] = useState(end);
  const [fault, setFault] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (from === "" || to === "") setFault(t.incomplete);
    else if (from > to) setFault(t.reversed);
    else if (daysBetween(from, to) > mostDays) setFault(t.long);
    else onDays(from, to);
  };
  return (
    <form className="own" onSubmit={submit} noValidate>
      <div className="panel-title">{t.own}</div>
      <div className="both">
        <Field label={t.from} fault={fault}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="date"
              value={from}
              onChange={(event) => {
                setFrom(event.target.value);
              }}
            />
          )}
        </Field>
        <Field label={t.to}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="date"
              value={to}
              onChange={(event) => {
                setTo(event.target.value);
              }}
            />
          )}
        </Field>
      </div>
      <button type="submit" className="button">
        {t.apply}
      </button>
    </form>
  );
}
