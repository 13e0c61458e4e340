import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useClient } from "urql";
import { graphql, unmask } from "../../gql";
import type { BudgetTermsFragment } from "../../gql/graphql";
import type { Amount } from "../../exact";
import { useAnswer } from "../answer";
import { Dialog } from "../controls/dialog";
import { useWords } from "../language";
import { usePlace } from "../place";
import { Actions, Trouble, Unread } from "./actions";
import { useChange } from "./change";
import { SettingsForm } from "./settingsform";
import { BudgetTerms, TermsConflict, TermsFields, useTerms } from "./terms";

const words = {
  en: {
    title: "Budget",
    lead: "What a month of the whole workspace may cost. A customer's own budget is set on the customer's page.",
    remove: "Remove the budget",
    removeText: "Months then have no limit: nothing is blocked, and nothing is told.",
    removeTitle: "Remove the budget?",
    removeWarning: "Months then have no limit. What was counted stays.",
    go: "Remove",
    failed: "The budget can't be shown now.",
    loading: "Loading…",
  },
  it: {
    title: "Budget",
    lead: "Quanto può costare un mese di tutto lo spazio di lavoro. Il budget di un singolo cliente si imposta nella sua pagina.",
    remove: "Togli il budget",
    removeText: "I mesi allora non hanno un limite: nulla viene bloccato e nulla segnalato.",
    removeTitle: "Togliere il budget?",
    removeWarning: "I mesi allora non hanno un limite. Ciò che è stato contato resta.",
    go: "Togli",
    failed: "Il budget non si può mostrare ora.",
    loading: "Caricamento…",
  },
};

const BudgetOfSettings = graphql(`
  query BudgetOfSettings($id: ID!) {
    workspace(id: $id) {
      budget {
        ...BudgetTerms
      }
      stats(range: { lastDays: 1 }) {
        monthlyComparison {
          currentMonth
        }
      }
    }
  }
`);

const SetBudget = graphql(`
  mutation SetBudget($workspaceId: ID!, $input: BudgetInput!) {
    setBudget(workspaceId: $workspaceId, input: $input) {
      ...BudgetTerms
    }
  }
`);

const RemoveBudget = graphql(`
  mutation RemoveBudget($workspaceId: ID!) {
    removeBudget(workspaceId: $workspaceId)
  }
`);

export function Budget() {
  const t = useWords(words);
  const { workspace } = usePlace();
  const { data, problem, message, refresh } = useAnswer(BudgetOfSettings, { id: workspace });
  const found = data?.workspace;
  if (found) return <Form of={unmask(BudgetTerms, found.budget) ?? null} spent={found.stats.monthlyComparison.currentMonth} />;
  if (problem === undefined) return <div className="skeleton" role="status" aria-label={t.loading} />;
  return <Unread text={`${t.failed} ${message}`} onAgain={refresh} />;
}

function Form({ of, spent }: { of: BudgetTermsFragment | null; spent: Amount }) {
  const t = useWords(words);
  const place = usePlace();
  const client = useClient();
  const save = useChange(SetBudget);
  // What the server keeps, as far as this page knows.
  const [kept, setKept] = useState(of);
  const [saved, setSaved] = useState(false);
  const [removing, setRemoving] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const agreement = useTerms(kept, {
    look: async () => {
      const { data } = await client.query(BudgetOfSettings, { id: place.workspace }).toPromise();
      return data && (unmask(BudgetTerms, data.workspace?.budget) ?? null);
    },
    set: async (input, version) => unmask(BudgetTerms, (await save.run({ workspaceId: place.workspace, input: { ...input, version } }))?.setBudget),
  });
  const { draft, conflict, changed, pending } = agreement;

  const settle = (next: BudgetTermsFragment | null) => {
    setKept(next);
    place.refresh();
  };
  const submit = async (way: "submit" | "insist") => {
    setSaved(false);
    const next = await agreement[way]();
    if (!next) return;
    setSaved(true);
    settle(next);
  };
  const shown = ["monthlyLimit", "thresholds", "version", ...draft.thresholds.map((_, index) => `thresholds.${index}`)];
  return (
    <div className="budget-settings" ref={host}>
      <SettingsForm
        title={t.title}
        id="budget"
        lead={t.lead}
        changed={changed}
        pending={pending}
        saved={saved && !changed}
        trouble={conflict === undefined ? save.beside(...shown) : ""}
        onSubmit={() => {
          if (changed && !pending) void submit("submit");
        }}
      >
        <TermsFields draft={draft} onChange={agreement.edit} spent={spent} judged={agreement.judged} at={save.at} />
        {conflict !== undefined && (
          <TermsConflict
            of={conflict}
            pending={pending}
            onTheirs={() => {
              agreement.begin(conflict);
              settle(conflict);
            }}
            onMine={() => void submit("insist")}
          />
        )}
      </SettingsForm>
      {kept && (
        <section className="card" aria-labelledby="remove-budget">
          <header>
            <div>
              <h2 id="remove-budget">{t.remove}</h2>
              <p className="muted">{t.removeText}</p>
            </div>
            <button
              type="button"
              className="button danger"
              onClick={() => {
                setRemoving(true);
              }}
            >
              {t.remove}
            </button>
          </header>
        </section>
      )}
      {removing && (
        <RemoveDialog
          onClose={() => {
            setRemoving(false);
          }}
          onRemoved={() => {
            flushSync(() => {
              setRemoving(false);
              setSaved(false);
              agreement.begin(null);
              settle(null);
            });
            host.current?.querySelector("input")?.focus();
          }}
        />
      )}
    </div>
  );
}

function RemoveDialog({ onClose, onRemoved }: { onClose: () => void; onRemoved: () => void }) {
  const t = useWords(words);
  const { workspace } = usePlace();
  const remove = useChange(RemoveBudget);
  const confirm = async () => {
    // Where there is none any more, it is removed all the same.
    if (await remove.run({ workspaceId: workspace })) onRemoved();
  };
  return (
    <Dialog
      title={t.removeTitle}
      onClose={onClose}
      actions={<Actions danger label={t.go} pending={remove.pending} onCancel={onClose} onConfirm={() => void confirm()} />}
    >
      <p>{t.removeWarning}</p>
      <Trouble text={remove.beside()} />
    </Dialog>
  );
}
