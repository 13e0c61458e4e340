// What was counted for the client, one by one, and what of it was taken back.

import { Undo2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { UsageRowFragment, UsageWhereInput } from "../../gql/graphql";
import type { Filter } from "../address";
import { addDays } from "../days";
import { useFormat, useWords } from "../language";
import { useRetry } from "../list";
import { usePlace } from "../place";
import { Widget } from "../widget";
import { beginning, clockOf } from "./clock";
import { type UsageList, useUsages } from "./pages";
import { VoidDialog } from "./void";

const words = {
  en: {
    title: "Usages",
    note: "Each counted answer, the newest first",
    showVoided: "Show voided",
    time: "Time",
    kind: "Kind",
    model: "Model",
    tokens: "Tokens in / out",
    price: "Price",
    state: "State",
    void: "Void",
    voidOf: (kind: string, time: string) => `Void ${kind} of ${time}`,
    voided: "Voided",
    voidedOn: (time: string) => `Voided on ${time}`,
    done: "The usage is void; the totals fall by its price.",
    loading: "Loading…",
    more: "Show more",
    further: "Look further back",
    lookedBack: (time: string) => `Looked back to ${time}.`,
    end: (n: string) => `All ${n} are shown.`,
    nothing: "No usage in these days and with these filters.",
    failed: "More usages can't be shown now.",
    again: "Try again",
  },
  it: {
    title: "Utilizzi",
    note: "Ogni risposta contata, dalla più recente",
    showVoided: "Mostra gli annullati",
    time: "Ora",
    kind: "Tipo",
    model: "Modello",
    tokens: "Token in / out",
    price: "Prezzo",
    state: "Stato",
    void: "Annulla",
    voidOf: (kind: string, time: string) => `Annulla ${kind} del ${time}`,
    voided: "Annullato",
    voidedOn: (time: string) => `Annullato il ${time}`,
    done: "L'utilizzo è annullato; i totali scendono del suo prezzo.",
    loading: "Caricamento…",
    more: "Mostra altri",
    further: "Cerca più indietro",
    lookedBack: (time: string) => `Cercato fino al ${time}.`,
    end: (n: string) => `Sono tutti: ${n}.`,
    nothing: "Nessun utilizzo in questi giorni e con questi filtri.",
    failed: "Ora non si possono mostrare altri utilizzi.",
    again: "Riprova",
  },
};

interface Props {
  readonly client: string;
  readonly days: { readonly start: string; readonly end: string };
  readonly filter: Filter;
  /** Another one each time the page asked anew: then there may be newer usages. */
  readonly turn: unknown;
  /** Told when a usage was taken back, so that the totals are asked for anew. */
  readonly onVoided: () => void;
}

/** A page of the list; hours and weekdays are picked out here, and leave little of it. */
const pageSize = { usual: 50, picked: 500 };
/** How many usages in vain end the search until somebody asks for more. */
const mostInVain = 5000;

export function Usages({ client, days: { start, end }, filter, turn, onVoided }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { workspace, timeZone, role } = usePlace();
  const [withVoided, setWithVoided] = useState(true);
  const [voiding, setVoiding] = useState<UsageRowFragment>();
  const [voided, setVoided] = useState("");

  const where: UsageWhereInput = {
    workspaceId: workspace,
    clientId: client,
    createdAtGTE: beginning(start, timeZone),
    createdAtLT: beginning(addDays(end, 1), timeZone),
    ...(filter.kinds.length > 0 && { kindIn: [...filter.kinds] }),
    ...(filter.models.length > 0 && { or: filter.models.map((model) => (model === "" ? { modelIsNil: true } : { model })) }),
  };
  const picked = filter.hours.length > 0 || filter.weekdays.length > 0;
  const list = useUsages(where, picked ? pageSize.picked : pageSize.usual);
  const { renew } = list;
  useEffect(() => {
    if (turn !== undefined) renew();
  }, [turn, renew]);

  const local = clockOf(timeZone);
  const keeps = (row: UsageRowFragment) => {
    if (row.voidedAt != null && !withVoided) return false;
    if (!picked) return true;
    const { weekday, hour } = local(row.createdAt);
    return (filter.hours.length === 0 || filter.hours.includes(hour)) && (filter.weekdays.length === 0 || filter.weekdays.some((day) => day === weekday));
  };
  const rows = list.rows?.filter(keeps);
  const inVain = list.rows ? list.rows.length - 1 - list.rows.findLastIndex(keeps) : 0;
  const oldest = list.rows?.at(-1);

  return (
    <Widget
      title={t.title}
      note={t.note}
      className="usages"
      tools={
        <label className="with-voided">
          <input
            type="checkbox"
            checked={withVoided}
            onChange={(event) => {
              setWithVoided(event.target.checked);
            }}
          />
          {t.showVoided}
        </label>
      }
    >
      {rows && rows.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t.time}</th>
              <th scope="col" className="wide">
                {t.kind}
              </th>
              <th scope="col" className="wide">
                {t.model}
              </th>
              <th scope="col" className="number wide">
                {t.tokens}
              </th>
              <th scope="col" className="number">
                {t.price}
              </th>
              <th scope="col" className="state">
                <span className="visually-hidden">{t.state}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} focused={row.id === voided} onVoid={role === "READ" ? undefined : setVoiding} />
            ))}
          </tbody>
        </table>
      )}
      {list.rows ? (
        <Foot list={list} shown={rows?.length ?? 0} inVain={inVain} lookedBack={oldest && format.instant(oldest.createdAt)} />
      ) : list.problem ? (
        <Failed list={list} />
      ) : (
        <First list={list} />
      )}
      <p className="visually-hidden" role="status">
        {voided !== "" && t.done}
      </p>
      {voiding && (
        <VoidDialog
          usage={voiding}
          onClose={() => {
            setVoiding(undefined);
          }}
          onVoided={(row) => {
            setVoiding(undefined);
            setVoided(row.id);
            list.put(row);
            onVoided();
          }}
        />
      )}
    </Widget>
  );
}

interface RowProps {
  readonly row: UsageRowFragment;
  /** Whether the focus goes here: its button was pressed, and is gone. */
  readonly focused: boolean;
  readonly onVoid: ((row: UsageRowFragment) => void) | undefined;
}

function Row({ row, focused, onVoid }: RowProps) {
  const t = useWords(words);
  const format = useFormat();
  const element = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (focused) element.current?.focus({ preventScroll: true });
  }, [focused]);
  const { createdAt, kind, model, voidedAt, voidReason } = row;
  const tokens = row.inputTokens == null && row.outputTokens == null ? "" : `${written(row.inputTokens, format.count)} / ${written(row.outputTokens, format.count)}`;
  const details = [kind, model, tokens].filter(Boolean).join(" · ");
  const gone = voidedAt != null;
  return (
    <tr ref={element} className={gone ? "void" : undefined} tabIndex={focused ? -1 : undefined}>
      <td>
        <time dateTime={createdAt}>{struck(gone, format.instantWithSeconds(createdAt))}</time>
        <div className="narrow muted">{details}</div>
        {gone && (
          <div className="reason">
            {t.voidedOn(format.instant(voidedAt))}
            {voidReason ? `: ${voidReason}` : ""}
          </div>
        )}
      </td>
      <td className="wide">{struck(gone, kind)}</td>
      <td className="wide">{model ? struck(gone, model) : <span className="muted">–</span>}</td>
      <td className="number wide">{tokens === "" ? <span className="muted">–</span> : struck(gone, tokens)}</td>
      <td className="number">{struck(gone, format.exactMoney(row.price))}</td>
      <td className="state">
        {gone ? (
          <span className="tag wide">{t.voided}</span>
        ) : (
          onVoid && (
            <button
              type="button"
              className="button quiet"
              aria-label={t.voidOf(kind, format.instantWithSeconds(createdAt))}
              title={t.void}
              onClick={() => {
                onVoid(row);
              }}
            >
              <Undo2 size={16} aria-hidden="true" />
              <span className="wide">{t.void}</span>
            </button>
          )
        )}
      </td>
    </tr>
  );
}

function written(n: number | null | undefined, count: (n: number) => string): string {
  return n == null ? "–" : count(n);
}

function struck(gone: boolean, text: string) {
  return gone ? <s>{text}</s> : text;
}

/** Holds the place of the first page, and asks for it. */
function First({ list }: { list: UsageList }) {
  const t = useWords(words);
  const { next } = list;
  useEffect(next, [next]);
  return <div className="skeleton rows" role="status" aria-label={t.loading} />;
}

function Failed({ list }: { list: UsageList }) {
  const t = useWords(words);
  useRetry(list);
  const { problem, message, next } = list;
  return (
    <div className="failed" role="alert">
      <span>
        {t.failed} {problem === "failed" && message}
      </span>
      <button type="button" className="button" onClick={next}>
        {t.again}
      </button>
    </div>
  );
}

interface FootProps {
  readonly list: UsageList;
  readonly shown: number;
  readonly inVain: number;
  readonly lookedBack: string | undefined;
}

/** The list's end: coming into view it asks for more, and so does its button. */
function Foot({ list, shown, inVain, lookedBack }: FootProps) {
  const t = useWords(words);
  const format = useFormat();
  const end = useRef<HTMLDivElement>(null);
  const { rows, more, problem, next } = list;
  const long = inVain > mostInVain;
  const had = rows?.length;
  useEffect(() => {
    const element = end.current;
    if (!element || !more || problem || long) return;
    // Made anew for each page: one that leaves the end in view asks for another.
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) next();
      },
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [had, more, problem, long, next]);
  if (problem) return <Failed list={list} />;
  return (
    <div className="foot muted" ref={end}>
      {more ? (
        <>
          {inVain > 0 && lookedBack !== undefined && <span>{t.lookedBack(lookedBack)}</span>}
          <button type="button" className="button" aria-disabled={list.asking} onClick={next}>
            {list.asking ? t.loading : long ? t.further : t.more}
          </button>
        </>
      ) : (
        <span>{shown === 0 ? t.nothing : t.end(format.count(shown))}</span>
      )}
    </div>
  );
}
