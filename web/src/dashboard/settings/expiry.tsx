// Until when a key opens something: always to the end of a day of the
// workspace, which is easier to say than an hour.

import { Field } from "../controls/field";
import { addDays, today } from "../days";
import { useFormat, useWords } from "../language";
import { usePlace } from "../place";
import type { Sentences } from "./change";

export const terms = ["7", "30", "90", "365", "never", "own"] as const;
/** Days from today, or none, or a day of one's own. */
export type Term = (typeof terms)[number];

export interface Expiry {
  readonly term: Term;
  /** The last day of the term "own", "" while there is none. */
  readonly day: string;
}

const words = {
  en: {
    expires: "Expires",
    names: { "7": "In 7 days", "30": "In 30 days", "90": "In 90 days", "365": "In a year", never: "Never", own: "On a day of your choice" },
    day: "Last day",
    until: (day: string) => `Works to the end of ${day}.`,
    never: "Works until somebody revokes it.",
    missing: "Choose the last day.",
    past: { INVALID: "This day is over already." },
  },
  it: {
    expires: "Scadenza",
    names: { "7": "Tra 7 giorni", "30": "Tra 30 giorni", "90": "Tra 90 giorni", "365": "Tra un anno", never: "Mai", own: "In un giorno a scelta" },
    day: "Ultimo giorno",
    until: (day: string) => `Funziona fino alla fine di ${day}.`,
    never: "Funziona finché qualcuno non la revoca.",
    missing: "Scegli l'ultimo giorno.",
    past: { INVALID: "Questo giorno è già passato." },
  },
};

interface Props {
  readonly of: readonly Term[];
  readonly value: Expiry;
  readonly onChange: (value: Expiry) => void;
  /** Whether a missing day is told. */
  readonly judged: boolean;
  /** What the server finds wrong with it. */
  readonly at: (field: string, own: Sentences) => string;
}

export function ExpiryFields({ of, value, onChange, judged, at }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { timeZone } = usePlace();
  const now = today(timeZone);
  const last = lastDay(value, now);
  const hint = value.term === "never" ? t.never : last === "" ? undefined : t.until(format.longDay(last));
  const own = value.term === "own";
  const fault = at("expiresAt", t.past);
  return (
    <div className="expiry">
      <Field label={t.expires} hint={hint} fault={own ? "" : fault}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={value.term}
            onChange={(event) => {
              onChange({ ...value, term: event.target.value as Term });
            }}
          >
            {of.map((term) => (
              <option key={term} value={term}>
                {t.names[term]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {own && (
        <Field label={t.day} fault={last === "" && judged ? t.missing : fault}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="date"
              min={now}
              value={value.day}
              onChange={(event) => {
                onChange({ ...value, day: event.target.value });
              }}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** The last day of an expiry; "" where there is none. */
function lastDay({ term, day }: Expiry, now: string): string {
  return term === "never" ? "" : term === "own" ? day : addDays(now, Number(term));
}

/** The instant of an expiry as the API takes it: null for never, undefined while its day is missing. */
export function expiryInput(expiry: Expiry, timeZone: string): string | null | undefined {
  if (expiry.term === "never") return null;
  const last = lastDay(expiry, today(timeZone));
  return last === "" ? undefined : new Date(lastSecond(last, timeZone)).toISOString();
}

/** The last second of a calendar day in a time zone; in UTC where the browser does not know it. */
function lastSecond(day: string, timeZone: string): number {
  const midnight = Date.parse(addDays(day, 1));
  // Swedish writes a date as ISO 8601 does.
  const ahead = (at: number) => Date.parse(`${new Date(at).toLocaleString("sv-SE", { timeZone }).replace(" ", "T")}Z`) - at;
  try {
    return midnight - ahead(midnight - ahead(midnight)) - 1000;
  } catch {
    return midnight - 1000;
  }
}
