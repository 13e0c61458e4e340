// What a budget says, as a form of fields: a workspace's or a customer's.

import { Plus, X } from "lucide-react";
import { useRef, useState } from "react";
import { graphql } from "../../gql";
import type { BudgetEnforcement, BudgetInput, BudgetTermsFragment } from "../../gql/graphql";
import type { Amount } from "../../exact";
import { Field } from "../controls/field";
import { useFormat, useWords } from "../language";
import { usePlace } from "../place";
import { type Agreement, Conflict, type Server, useAgreement } from "./agreement";
import { readAmount, writeAmount } from "./amount";
import "./settings.css";
import "./terms.css";

const words = {
  en: {
    limit: (currency: string) => `Limit for a month in ${currency}`,
    limitHint: "A month is a calendar month in the workspace's time zone. A limit of 0 leaves room for nothing.",
    limitMissing: (example: string) => `Write a number such as ${example}, thousands without separators.`,
    limitRange: "A limit is 0 or more, with at most 9 decimals.",
    spent: (spent: string) => `Spent this month so far: ${spent}.`,
    share: (spent: string, share: string) => `Spent this month so far: ${spent}, ${share} of this limit.`,
    full: (spent: string) => `Spent this month so far: ${spent}, at least as much as this limit. Answers are refused as soon as you save.`,
    enforcement: "At the limit",
    NOTIFY: "Tell",
    NOTIFYText: "Answers are counted on; nothing stops. What is passed shows at the bell above and goes to the alert channels.",
    BLOCK: "Block",
    BLOCKText:
      "An answer that would take the month over the limit is not counted: the flow gets tracked: false with the reason BUDGET_EXCEEDED. A flow that asks allowance first is told no before it calls the LLM. The next month begins with all of the limit.",
    thresholds: "Thresholds",
    thresholdsHint: "At these parts of the limit in percent an alert says how far the month is: 1 to 1,000, at most 10.",
    none: "None: only the limit counts.",
    conflict: { limit: "Limit", NOTIFY: "tells", BLOCK: "blocks", none: "none" },
    remove: (part: string) => `Remove the threshold ${part}`,
    another: "Another threshold in percent",
    add: "Add",
    faults: {
      form: "Write a whole number from 1 to 1,000.",
      twice: "This threshold is there already.",
      many: "There are 10 already: remove one first.",
    },
  },
  it: {
    limit: (currency: string) => `Limite per un mese in ${currency}`,
    limitHint: "Un mese è un mese del calendario nel fuso orario dello spazio di lavoro. Un limite di 0 non lascia spazio a nulla.",
    limitMissing: (example: string) => `Scrivi un numero come ${example}, migliaia senza separatore.`,
    limitRange: "Un limite è 0 o più, con al massimo 9 decimali.",
    spent: (spent: string) => `Speso finora questo mese: ${spent}.`,
    share: (spent: string, share: string) => `Speso finora questo mese: ${spent}, ${share} di questo limite.`,
    full: (spent: string) => `Speso finora questo mese: ${spent}, almeno quanto questo limite. Le risposte saranno rifiutate appena salvi.`,
    enforcement: "Al limite",
    NOTIFY: "Avvisa",
    NOTIFYText: "Le risposte si contano ancora; nulla si ferma. Ciò che viene superato si vede alla campanella in alto e va ai canali degli avvisi.",
    BLOCK: "Blocca",
    BLOCKText:
      "Una risposta che porterebbe il mese oltre il limite non viene contata: il flusso riceve tracked: false con il motivo BUDGET_EXCEEDED. A un flusso che prima chiede allowance si dice di no prima che chiami l'LLM. Il mese dopo comincia con tutto il limite.",
    thresholds: "Soglie",
    thresholdsHint: "A queste parti del limite in percentuale un avviso dice a che punto è il mese: da 1 a 1.000, al massimo 10.",
    none: "Nessuna: conta solo il limite.",
    conflict: { limit: "Limite", NOTIFY: "avvisa", BLOCK: "blocca", none: "nessuna" },
    remove: (part: string) => `Togli la soglia ${part}`,
    another: "Un'altra soglia in percentuale",
    add: "Aggiungi",
    faults: {
      form: "Scrivi un numero intero da 1 a 1.000.",
      twice: "Questa soglia c'è già.",
      many: "Sono già 10: prima togline una.",
    },
  },
};

export const BudgetTerms = graphql(`
  fragment BudgetTerms on Budget {
    monthlyLimit
    thresholds
    enforcement
    version
  }
`);

/** A budget as it stands in the form. */
interface Draft {
  readonly limit: string;
  readonly enforcement: BudgetEnforcement;
  readonly thresholds: readonly number[];
  /** A threshold that is typed, but not added yet. */
  readonly typed: string;
}

/** The form of what is kept; of nothing, what a new budget begins with. */
function draftOf(terms: BudgetTermsFragment | null, locale: string): Draft {
  return {
    limit: terms ? writeAmount(terms.monthlyLimit, locale) : "",
    enforcement: terms?.enforcement ?? "NOTIFY",
    thresholds: terms?.thresholds ?? [50, 80, 100],
    typed: "",
  };
}

const most = { threshold: 1000, thresholds: 10 };

type Input = Omit<BudgetInput, "version">;
type Fault = keyof (typeof words)["en"]["faults"];

/** The thresholds with the typed one, or why it can't be one of them. */
function withTyped({ thresholds, typed }: Draft): readonly number[] | Fault {
  const text = typed.trim().replace(/\s*%$/, "");
  if (text === "") return thresholds;
  const percent = /^\d+$/.test(text) ? Number(text) : 0;
  if (percent < 1 || percent > most.threshold) return "form";
  if (thresholds.includes(percent)) return "twice";
  if (thresholds.length >= most.thresholds) return "many";
  return [...thresholds, percent].sort((a, b) => a - b);
}

/** What the draft asks for; undefined while something in it is wrong. */
function inputOf(draft: Draft, locale: string): Input | undefined {
  const monthlyLimit = readAmount(draft.limit, locale);
  const thresholds = withTyped(draft);
  if (monthlyLimit === "" || typeof thresholds === "string") return undefined;
  return { monthlyLimit, enforcement: draft.enforcement, thresholds: [...thresholds] };
}

/** Edits a budget that others may change meanwhile. */
export function useTerms(kept: BudgetTermsFragment | null, server: Server<BudgetTermsFragment, Input>): Agreement<BudgetTermsFragment, Draft> {
  const { locale } = useFormat();
  return useAgreement(kept, { draftOf: (terms) => draftOf(terms, locale), inputOf: (draft) => inputOf(draft, locale) }, server);
}

interface Props {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** What this month cost so far; undefined while it is not known. */
  readonly spent: Amount | undefined;
  /** Whether it was sent as it is: then what is missing is told. */
  readonly judged: boolean;
  /** What the server found wrong with a field. */
  readonly at: (field: string, own?: { INVALID: string }) => string;
}

export function TermsFields({ draft, onChange, spent, judged, at }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { currency } = usePlace();
  const limit = readAmount(draft.limit, format.locale);
  return (
    <>
      <Field
        label={t.limit(currency)}
        hint={t.limitHint}
        fault={judged && limit === "" ? t.limitMissing(writeAmount("49.5", format.locale)) : at("monthlyLimit", { INVALID: t.limitRange })}
      >
        {(control) => (
          <input
            {...control}
            className="input numbers limit"
            inputMode="decimal"
            autoComplete="off"
            value={draft.limit}
            onChange={(event) => {
              onChange({ ...draft, limit: event.target.value });
            }}
          />
        )}
      </Field>
      <Spent spent={spent} limit={limit} blocks={draft.enforcement === "BLOCK"} />
      <fieldset className="roles">
        <legend>{t.enforcement}</legend>
        {(["NOTIFY", "BLOCK"] as const).map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="enforcement"
              checked={each === draft.enforcement}
              onChange={() => {
                onChange({ ...draft, enforcement: each });
              }}
            />
            <span>
              <b>{t[each]}</b>
              <small className="muted">{t[`${each}Text`]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <Thresholds draft={draft} onChange={onChange} judged={judged} at={at} />
    </>
  );
}

/** How the month stands to what is typed. It is always there, so that nothing moves. */
function Spent({ spent, limit, blocks }: { spent: Amount | undefined; limit: string; blocks: boolean }) {
  const t = useWords(words);
  const format = useFormat();
  if (spent === undefined) return <p className="terms-spent skeleton">&nbsp;</p>;
  const text = format.money(spent);
  const full = limit !== "" && Number(spent) >= Number(limit);
  return (
    <p className={full && blocks ? "terms-spent notice warn" : "terms-spent muted"} aria-live="polite">
      {full && blocks ? t.full(text) : limit === "" || Number(limit) === 0 ? t.spent(text) : t.share(text, format.share(Number(spent) / Number(limit)))}
    </p>
  );
}

function Thresholds({ draft, onChange, judged, at }: Pick<Props, "draft" | "onChange" | "judged" | "at">) {
  const t = useWords(words);
  const format = useFormat();
  const field = useRef<HTMLInputElement>(null);
  const [tried, setTried] = useState(false);
  const next = withTyped(draft);
  const sent = draft.thresholds.map((_, index) => at(`thresholds.${index}`)).find((text) => text !== "");
  const add = () => {
    setTried(typeof next === "string");
    if (typeof next !== "string") onChange({ ...draft, thresholds: next, typed: "" });
    field.current?.focus();
  };
  return (
    <fieldset className="terms-thresholds">
      <legend>{t.thresholds}</legend>
      <p className="muted">{t.thresholdsHint}</p>
      {draft.thresholds.length === 0 ? (
        <p className="none muted">{t.none}</p>
      ) : (
        <ul className="list">
          {draft.thresholds.map((percent) => (
            <li key={percent} className="chip numbers">
              {format.share(percent / 100)}
              <button
                type="button"
                aria-label={t.remove(format.share(percent / 100))}
                onClick={() => {
                  onChange({ ...draft, thresholds: draft.thresholds.filter((each) => each !== percent) });
                  field.current?.focus();
                }}
              >
                <X size={14} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Field label={t.another} fault={(tried || judged) && typeof next === "string" ? t.faults[next] : (sent ?? at("thresholds"))}>
        {(control) => (
          <div className="line">
            <input
              {...control}
              ref={field}
              className="input numbers"
              inputMode="numeric"
              autoComplete="off"
              maxLength={6}
              value={draft.typed}
              onChange={(event) => {
                setTried(false);
                onChange({ ...draft, typed: event.target.value });
              }}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || draft.typed.trim() === "") return;
                event.preventDefault(); // it is added, not sent with the rest
                add();
              }}
            />
            <button type="button" className="button" aria-disabled={draft.typed.trim() === ""} onClick={add}>
              <Plus size={16} aria-hidden="true" />
              {t.add}
            </button>
          </div>
        )}
      </Field>
    </fieldset>
  );
}

interface ConflictProps {
  /** The budget that is there instead; null where there is none. */
  readonly of: BudgetTermsFragment | null;
  readonly pending: boolean;
  readonly onTheirs: () => void;
  readonly onMine: () => void;
}

/** Tells that the budget changed meanwhile. */
export function TermsConflict({ of, ...choice }: ConflictProps) {
  const t = useWords(words);
  const format = useFormat();
  const facts = of && [
    [t.conflict.limit, format.exactMoney(of.monthlyLimit)] as const,
    [t.enforcement, t.conflict[of.enforcement]] as const,
    [t.thresholds, of.thresholds.length === 0 ? t.conflict.none : of.thresholds.map((percent) => format.share(percent / 100)).join(", ")] as const,
  ];
  return <Conflict facts={facts} {...choice} />;
}
