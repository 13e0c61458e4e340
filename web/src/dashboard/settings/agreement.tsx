// Saving what may have changed elsewhere meanwhile: nobody's budget is replaced
// unseen.

import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { BudgetInput, BudgetTermsFragment } from "../../gql/graphql";
import { useFormat, useWords } from "../language";
import { type Draft, draftOf, inputOf } from "./terms";

const words = {
  en: {
    changed: "Changed elsewhere meanwhile",
    changedText: "Nothing was saved. The budget that stands now:",
    removed: "Removed elsewhere meanwhile",
    removedText: "Nothing was saved. There is no budget now.",
    limit: "Limit",
    enforcement: "At the limit",
    NOTIFY: "tells",
    BLOCK: "blocks",
    thresholds: "Thresholds",
    none: "none",
    theirs: "Take that one",
    nothing: "Leave it removed",
    mine: "Save mine in its place",
  },
  it: {
    changed: "Cambiato altrove nel frattempo",
    changedText: "Nulla è stato salvato. Il budget che vale ora:",
    removed: "Tolto altrove nel frattempo",
    removedText: "Nulla è stato salvato. Ora non c'è un budget.",
    limit: "Limite",
    enforcement: "Al limite",
    NOTIFY: "avvisa",
    BLOCK: "blocca",
    thresholds: "Soglie",
    none: "nessuna",
    theirs: "Prendi quello",
    nothing: "Lascialo tolto",
    mine: "Salva il mio al suo posto",
  },
};

type Terms = BudgetTermsFragment | null;

/** What stands between a form and the server. */
interface Server {
  /** The budget as it is now; undefined where the server does not say. */
  readonly look: () => Promise<Terms | undefined>;
  /** Sets it; undefined where it was not set. */
  readonly set: (input: BudgetInput) => Promise<BudgetTermsFragment | undefined>;
}

export interface Agreement {
  readonly draft: Draft;
  readonly edit: (draft: Draft) => void;
  /** Whether the draft is another than what is kept. */
  readonly changed: boolean;
  readonly judged: boolean;
  readonly pending: boolean;
  /** What is there instead of what the form began with, null where nothing is; undefined where nobody changed it. */
  readonly conflict: Terms | undefined;
  /** Saves the draft in place of what the form began with: what is kept then. */
  readonly submit: () => Promise<BudgetTermsFragment | undefined>;
  /** Saves it in place of what is there instead. */
  readonly insist: () => Promise<BudgetTermsFragment | undefined>;
  /** Begins anew from what is kept. */
  readonly begin: (kept: Terms) => void;
}

export function useAgreement(kept: Terms, server: Server): Agreement {
  const { locale } = useFormat();
  const [draft, setDraft] = useState(() => draftOf(kept, locale));
  const [judged, setJudged] = useState(false);
  const [pending, setPending] = useState(false);
  const [conflict, setConflict] = useState<Terms>();
  const input = inputOf(draft, locale);
  const before = kept && inputOf(draftOf(kept, locale), locale);

  const begin = (next: Terms) => {
    setDraft(draftOf(next, locale));
    setJudged(false);
    setConflict(undefined);
  };
  const save = async (version: number) => {
    if (pending) return undefined;
    setJudged(true);
    if (!input) return undefined;
    setPending(true);
    const next = await server.set({ ...input, version });
    const there = next ? undefined : await server.look();
    setPending(false);
    if (next) begin(next);
    else setConflict(there !== undefined && (there?.version ?? 0) !== version ? there : undefined);
    return next;
  };
  return {
    draft,
    edit: setDraft,
    changed: !input || JSON.stringify(input) !== JSON.stringify(before),
    judged,
    pending,
    conflict,
    submit: () => save(kept?.version ?? 0),
    insist: () => save(conflict?.version ?? 0),
    begin,
  };
}

/** Tells what is there instead, and asks which of the two it shall be. */
export function Conflict({ of, pending, onTheirs, onMine }: { of: Terms; pending: boolean; onTheirs: () => void; onMine: () => void }) {
  const t = useWords(words);
  const format = useFormat();
  // The choice goes with its buttons: the focus stays in the form.
  const thenFocus = (choose: () => void) => (event: React.MouseEvent) => {
    event.currentTarget.closest("form")?.querySelector<HTMLElement>("[type=submit]")?.focus();
    if (!pending) choose();
  };
  return (
    <div className="terms-conflict" role="alert">
      <h3>
        <TriangleAlert size={16} aria-hidden="true" /> {of ? t.changed : t.removed}
      </h3>
      <p>{of ? t.changedText : t.removedText}</p>
      {of && (
        <dl>
          <dt>{t.limit}</dt>
          <dd>{format.exactMoney(of.monthlyLimit)}</dd>
          <dt>{t.enforcement}</dt>
          <dd>{t[of.enforcement]}</dd>
          <dt>{t.thresholds}</dt>
          <dd>{of.thresholds.length === 0 ? t.none : of.thresholds.map((percent) => format.share(percent / 100)).join(", ")}</dd>
        </dl>
      )}
      <div className="choices">
        <button type="button" className="button" onClick={thenFocus(onTheirs)}>
          {of ? t.theirs : t.nothing}
        </button>
        <button type="button" className="button" aria-disabled={pending} onClick={thenFocus(onMine)}>
          {t.mine}
        </button>
      </div>
    </div>
  );
}
