// Saving what may have changed elsewhere meanwhile: nobody's change is replaced
// unseen.

import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useWords } from "../language";

const words = {
  en: {
    changed: "Changed elsewhere meanwhile",
    changedText: "Nothing was saved. What stands now:",
    removed: "Removed elsewhere meanwhile",
    removedText: "Nothing was saved. There is none now.",
    theirs: "Take that one",
    nothing: "Leave it removed",
    mine: "Save mine in its place",
  },
  it: {
    changed: "Cambiato altrove nel frattempo",
    changedText: "Nulla è stato salvato. Ciò che vale ora:",
    removed: "Tolto altrove nel frattempo",
    removedText: "Nulla è stato salvato. Ora non ce n'è.",
    theirs: "Prendi quello",
    nothing: "Lascialo tolto",
    mine: "Salva il mio al suo posto",
  },
};

/** How what is kept is edited. */
interface Form<Kept, Draft, Input> {
  /** The form of what is kept; of nothing, what a new one begins with. */
  readonly draftOf: (kept: Kept | null) => Draft;
  /** What a draft asks for; undefined while something in it is wrong. */
  readonly inputOf: (draft: Draft) => Input | undefined;
}

/** What stands between a form and the server. */
export interface Server<Kept, Input> {
  /** What is kept now, null where nothing is; undefined where the server does not say. */
  readonly look: () => Promise<Kept | null | undefined>;
  /** Saves it in place of a version, 0 where there was none; undefined where it was not saved. */
  readonly set: (input: Input, version: number) => Promise<Kept | undefined>;
}

export interface Agreement<Kept, Draft> {
  readonly draft: Draft;
  readonly edit: (draft: Draft) => void;
  /** Whether the draft is another than what is kept. */
  readonly changed: boolean;
  readonly judged: boolean;
  readonly pending: boolean;
  /** What is there instead of what the form began with, null where nothing is; undefined where nobody changed it. */
  readonly conflict: Kept | null | undefined;
  /** Saves the draft in place of what the form began with: what is kept then. */
  readonly submit: () => Promise<Kept | undefined>;
  /** Saves it in place of what is there instead. */
  readonly insist: () => Promise<Kept | undefined>;
  /** Begins anew from what is kept. */
  readonly begin: (kept: Kept | null) => void;
}

export function useAgreement<Kept extends { readonly version: number }, Draft, Input>(
  kept: Kept | null,
  { draftOf, inputOf }: Form<Kept, Draft, Input>,
  server: Server<Kept, Input>,
): Agreement<Kept, Draft> {
  const [draft, setDraft] = useState(() => draftOf(kept));
  const [judged, setJudged] = useState(false);
  const [pending, setPending] = useState(false);
  const [conflict, setConflict] = useState<Kept | null>();
  const input = inputOf(draft);
  const before = kept && inputOf(draftOf(kept));

  const begin = (next: Kept | null) => {
    setDraft(draftOf(next));
    setJudged(false);
    setConflict(undefined);
  };
  const save = async (version: number) => {
    if (pending) return undefined;
    setJudged(true);
    if (!input) return undefined;
    setPending(true);
    const next = await server.set(input, version);
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

interface ConflictProps {
  /** What is there instead, as names and values; null where nothing is. */
  readonly facts: readonly (readonly [name: string, value: string])[] | null;
  readonly pending: boolean;
  readonly onTheirs: () => void;
  readonly onMine: () => void;
}

/** Tells what is there instead, and asks which of the two it shall be. */
export function Conflict({ facts, pending, onTheirs, onMine }: ConflictProps) {
  const t = useWords(words);
  // The choice goes with its buttons: the focus stays in the form.
  const thenFocus = (choose: () => void) => (event: React.MouseEvent) => {
    event.currentTarget.closest("form")?.querySelector<HTMLElement>("[type=submit]")?.focus();
    if (!pending) choose();
  };
  return (
    <div className="conflict" role="alert">
      <h3>
        <TriangleAlert size={16} aria-hidden="true" /> {facts ? t.changed : t.removed}
      </h3>
      <p>{facts ? t.changedText : t.removedText}</p>
      {facts && (
        <dl>
          {facts.map(([name, value]) => (
            // A term and its value are two cells of the list's grid.
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className="choices">
        <button type="button" className="button" onClick={thenFocus(onTheirs)}>
          {facts ? t.theirs : t.nothing}
        </button>
        <button type="button" className="button" aria-disabled={pending} onClick={thenFocus(onMine)}>
          {t.mine}
        </button>
      </div>
    </div>
  );
}
