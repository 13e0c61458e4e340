// The window that exports what the screen shows: its range and its filters.

import { CircleCheck, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { graphql } from "../../gql";
import { type Filter, useAddress } from "../address";
import { useAnswer } from "../answer";
import { Dialog } from "../controls/dialog";
import { daysBetween, resolve, today } from "../days";
import { plural, useFormat, useWords } from "../language";
import { usePlace } from "../place";
import { download, ExportFailure, type Progress, type Saved } from "./download";
import { type Format, type Order, type Rows } from "./order";
import "./export.css";

const words = {
  en: {
    title: "Export",
    rows: "Rows",
    daily: "A row for each day and client",
    dailyNote: "Date, name, phone, cost and messages.",
    usage: "A row for each answer",
    usageNote: "Time, client, kind, model, tokens and price of each. Voided ones are left out.",
    format: "Format",
    csvNote: "for spreadsheets",
    jsonNote: "for programs",
    holds: "What it holds",
    days: "Days",
    dayCount: (n: number, written: string) => plural(n, `${written} day`, `${written} days`),
    clients: "Clients",
    kinds: "Kinds",
    models: "Models",
    weekdays: "Weekdays",
    hours: "Hours",
    none: "none",
    filters: "Filters",
    noModel: "without a model",
    more: (n: string) => `and ${n} more`,
    start: "Export",
    cancel: "Cancel",
    close: "Close",
    again: "Try again",
    another: "Export more",
    progress: "Progress of the export",
    begins: "The server is reading…",
    sofar: (n: number, rows: string, size: string) => `${rows} ${plural(n, "row", "rows")}, ${size}`,
    upto: (day: string) => `up to ${day}`,
    saved: (name: string) => `Saved as ${name}`,
    empty: "No usage matches: the file has no rows.",
    failures: {
      refused: "The key is no longer valid: it has expired or was revoked. Sign in again.",
      forbidden: "This key may not read the workspace's figures.",
      missing: "The workspace is not there, or this key does not open it.",
      busy: "The server has too much to do. Try again in a moment.",
      away: "The server does not answer. Try again in a moment.",
      cut: "The connection broke off before the end. Nothing was saved.",
      disk: "The file can't be written. Is there room on the disk?",
      failed: "The server could not export this.",
    },
  },
  it: {
    title: "Esporta",
    rows: "Righe",
    daily: "Una riga per giorno e cliente",
    dailyNote: "Data, nome, telefono, costo e messaggi.",
    usage: "Una riga per risposta",
    usageNote: "Ora, cliente, tipo, modello, token e prezzo di ciascuna. Senza quelle annullate.",
    format: "Formato",
    csvNote: "per fogli di calcolo",
    jsonNote: "per programmi",
    holds: "Che cosa contiene",
    days: "Giorni",
    dayCount: (n: number, written: string) => plural(n, `${written} giorno`, `${written} giorni`),
    clients: "Clienti",
    kinds: "Tipi",
    models: "Modelli",
    weekdays: "Giorni della settimana",
    hours: "Ore",
    none: "nessuno",
    filters: "Filtri",
    noModel: "senza modello",
    more: (n: string) => `e altri ${n}`,
    start: "Esporta",
    cancel: "Annulla",
    close: "Chiudi",
    again: "Riprova",
    another: "Esporta altro",
    progress: "Avanzamento dell'esportazione",
    begins: "Il server sta leggendo…",
    sofar: (n: number, rows: string, size: string) => `${rows} ${plural(n, "riga", "righe")}, ${size}`,
    upto: (day: string) => `fino al ${day}`,
    saved: (name: string) => `Salvato come ${name}`,
    empty: "Nessun utilizzo corrisponde: il file non ha righe.",
    failures: {
      refused: "La chiave non è più valida: è scaduta o è stata revocata. Accedi di nuovo.",
      forbidden: "Questa chiave non può leggere i dati dello spazio di lavoro.",
      missing: "Lo spazio di lavoro non c'è, o questa chiave non lo apre.",
      busy: "Il server ha troppo da fare. Riprova tra un momento.",
      away: "Il server non risponde. Riprova tra un momento.",
      cut: "La connessione si è interrotta prima della fine. Non è stato salvato nulla.",
      disk: "Il file non si può scrivere. C'è spazio sul disco?",
      failed: "Il server non ha potuto esportare questi dati.",
    },
  },
};

const ExportedClients = graphql(`
  query ExportedClients($where: CustomerWhereInput!) {
    customers(first: 20, where: $where) {
      edges {
        node {
          clientId
          name
        }
      }
    }
  }
`);

type Stage =
  | { readonly at: "choice" }
  | { readonly at: "running"; readonly progress: Progress | undefined }
  | { readonly at: "saved"; readonly saved: Saved }
  | { readonly at: "failed"; readonly failure: ExportFailure };

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const t = useWords(words);
  const { workspace, timeZone, key } = usePlace();
  const { view, client, range, filter: shown } = useAddress();
  const [rows, setRows] = useState<Rows>("daily");
  const [format, setFormat] = useState<Format>("csv");
  const [stage, setStage] = useState<Stage>({ at: "choice" });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const filter = view === "client" ? { ...shown, clients: [client] } : shown;
  const order: Order = { workspace, ...resolve(range, today(timeZone)), filter, rows, format };

  const run = async () => {
    const control = new AbortController();
    running.current = control;
    setStage({ at: "running", progress: undefined });
    try {
      const saved = await download(order, key, control.signal, (progress) => {
        setStage({ at: "running", progress });
      });
      setStage({ at: "saved", saved });
    } catch (error) {
      if (error instanceof ExportFailure) setStage({ at: "failed", failure: error });
      else if (error instanceof DOMException && error.name === "AbortError") setStage({ at: "choice" });
      else throw error;
    }
  };

  const cancel = (
    <button
      key="cancel"
      type="button"
      className="button"
      // The button that began it is gone, and the focus with it.
      autoFocus
      onClick={() => {
        running.current?.abort();
      }}
    >
      {t.cancel}
    </button>
  );
  const again = (label: string, className: string) => (
    <button
      key="again"
      type="button"
      className={`button ${className}`}
      onClick={() => {
        if (stage.at === "failed") void run();
        else setStage({ at: "choice" });
      }}
    >
      {label}
    </button>
  );
  const close = (label: string, className: string) => (
    <button key="close" type="button" className={`button ${className}`} autoFocus={stage.at !== "choice"} onClick={onClose}>
      {label}
    </button>
  );
  const actions: Record<Stage["at"], ReactNode> = {
    choice: (
      <>
        {close(t.cancel, "")}
        <button type="submit" className="button primary">
          {t.start}
        </button>
      </>
    ),
    running: cancel,
    saved: (
      <>
        {again(t.another, "")}
        {close(t.close, "primary")}
      </>
    ),
    failed: (
      <>
        {close(t.close, "")}
        {again(t.again, "primary")}
      </>
    ),
  };
  return (
    <Dialog
      title={t.title}
      onClose={onClose}
      onSubmit={() => {
        if (stage.at === "choice") void run();
      }}
      actions={actions[stage.at]}
    >
      <div className="export content">
        {stage.at === "choice" && <Choices rows={rows} onRows={setRows} format={format} onFormat={setFormat} />}
        <Holds order={order} />
        {stage.at === "running" && <Running progress={stage.progress} />}
        <div role="status">{stage.at === "saved" && <Done saved={stage.saved} />}</div>
        {stage.at === "failed" && (
          <div className="notice bad" role="alert">
            <TriangleAlert size={18} aria-hidden="true" />
            <div>
              {t.failures[stage.failure.failure]}
              {stage.failure.detail !== "" && <div>{stage.failure.detail}</div>}
            </div>
          </div>
        )}
      </div>
    </Dialog>
  );
}

interface Chosen {
  readonly rows: Rows;
  readonly onRows: (rows: Rows) => void;
  readonly format: Format;
  readonly onFormat: (format: Format) => void;
}

function Choices({ rows, onRows, format, onFormat }: Chosen) {
  const t = useWords(words);
  return (
    <>
      <fieldset>
        <legend>{t.rows}</legend>
        <Choice name="rows" value="daily" chosen={rows} onChoose={onRows} label={t.daily} note={t.dailyNote} />
        <Choice name="rows" value="usage" chosen={rows} onChoose={onRows} label={t.usage} note={t.usageNote} />
      </fieldset>
      <fieldset className="formats">
        <legend>{t.format}</legend>
        <Choice name="format" value="csv" chosen={format} onChoose={onFormat} label="CSV" note={t.csvNote} />
        <Choice name="format" value="json" chosen={format} onChoose={onFormat} label="JSON" note={t.jsonNote} />
      </fieldset>
    </>
  );
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly value: T;
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
  readonly label: string;
  readonly note: string;
}

function Choice<T extends string>({ name, value, chosen, onChoose, label, note }: ChoiceProps<T>) {
  return (
    <label className="option">
      <input
        type="radio"
        name={name}
        value={value}
        checked={value === chosen}
        onChange={() => {
          onChoose(value);
        }}
      />
      {label}
      <small>{note}</small>
    </label>
  );
}

/** As many values as are written out. */
const most = 20;

/** The range and the filters in words. */
function Holds({ order: { workspace, start, end, filter } }: { order: Order }) {
  const t = useWords(words);
  const format = useFormat();
  const clients = filter.clients.slice(0, most);
  const named = useAnswer(ExportedClients, { where: { workspaceId: workspace, clientIdIn: clients } }, { paused: clients.length === 0 });
  const nameOf = (id: string) => named.data?.customers.edges?.find((edge) => edge?.node?.clientId === id)?.node?.name ?? id;
  const written: Record<keyof Filter, readonly string[]> = {
    clients: filter.clients.map(nameOf),
    kinds: filter.kinds,
    models: filter.models.map((model) => (model === "" ? t.noModel : model)),
    weekdays: filter.weekdays.map(format.weekday),
    hours: filter.hours.map(format.hour),
  };
  const filters = (Object.keys(written) as (keyof Filter)[]).filter((name) => written[name].length > 0);
  const days = daysBetween(start, end);
  return (
    <dl className="holds" aria-label={t.holds}>
      <dt>{t.days}</dt>
      <dd>
        {format.days(start, end)} <span className="muted">({t.dayCount(days, format.count(days))})</span>
      </dd>
      {filters.length === 0 && (
        <>
          <dt>{t.filters}</dt>
          <dd>{t.none}</dd>
        </>
      )}
      {filters.map((name) => (
        <Values key={name} label={t[name]} values={written[name]} />
      ))}
    </dl>
  );
}

function Values({ label, values }: { label: string; values: readonly string[] }) {
  const t = useWords(words);
  const format = useFormat();
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {values.slice(0, most).join(", ")}
        {values.length > most && ` ${t.more(format.count(values.length - most))}`}
      </dd>
    </>
  );
}

function Running({ progress }: { progress: Progress | undefined }) {
  const t = useWords(words);
  const format = useFormat();
  const size = useSize();
  return (
    <div className="running">
      <progress aria-label={t.progress} max={1} value={progress?.part} />
      <div className="muted numbers">
        {progress ? t.sofar(progress.rows, format.count(progress.rows), size(progress.bytes)) : t.begins}
        {progress && progress.day !== "" && <> · {t.upto(format.days(progress.day, progress.day))}</>}
      </div>
    </div>
  );
}

function Done({ saved }: { saved: Saved }) {
  const t = useWords(words);
  const format = useFormat();
  const size = useSize();
  return (
    <div className="notice">
      <CircleCheck size={18} aria-hidden="true" />
      <div>
        <div>{t.saved(saved.name)}</div>
        <div className="muted numbers">{saved.rows === 0 ? t.empty : t.sofar(saved.rows, format.count(saved.rows), size(saved.bytes))}</div>
      </div>
    </div>
  );
}

/** Writes a number of bytes as people do. */
function useSize(): (bytes: number) => string {
  const { locale } = useFormat();
  return (bytes) => {
    const [unit, one] = bytes < 1e6 ? (["kilobyte", 1e3] as const) : (["megabyte", 1e6] as const);
    return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / one);
  };
}
