import { useState } from "react";
import { useClient } from "urql";
import { graphql, unmask, type FragmentType } from "../../gql";
import type { BudgetTermsFragment } from "../../gql/graphql";
import type { Amount } from "../../exact";
import { useAnswer } from "../answer";
import { Dialog } from "../controls/dialog";
import { useFormat, useWords } from "../language";
import { BudgetCard, BudgetStanding } from "../overview/budget";
import { mayManage, usePlace } from "../place";
import { Actions, Trouble } from "../settings/actions";
import { useChange } from "../settings/change";
import { BudgetTerms, TermsConflict, TermsFields, useTerms } from "../settings/terms";

const words = {
  en: {
    of: (share: string, limit: string) => `${share} of ${limit}`,
    none: "none",
    set: "Set a budget",
    change: "Change",
    changeLong: "Change the budget",
    title: (name: string) => `Budget of ${name}`,
    save: "Save",
    remove: "Remove",
    removeTitle: (name: string) => `Remove the budget of ${name}?`,
    removeText: "The customer's months then have no limit of their own; the workspace's budget still holds.",
    both: "What a month of this customer may cost. The workspace's own budget holds too.",
  },
  it: {
    of: (share: string, limit: string) => `${share} di ${limit}`,
    none: "nessuno",
    set: "Imposta un budget",
    change: "Modifica",
    changeLong: "Modifica il budget",
    title: (name: string) => `Budget di ${name}`,
    save: "Salva",
    remove: "Togli",
    removeTitle: (name: string) => `Togliere il budget di ${name}?`,
    removeText: "I mesi del cliente allora non hanno un limite proprio; vale ancora il budget dello spazio di lavoro.",
    both: "Quanto può costare un mese di questo cliente. Vale anche il budget dello spazio di lavoro.",
  },
};

export const CustomerBudget = graphql(`
  fragment CustomerBudget on Customer {
    clientId
    name
    budget {
      ...BudgetStanding
      ...BudgetTerms
    }
  }
`);

const BudgetOfClient = graphql(`
  query BudgetOfClient($workspaceId: ID!, $clientId: ID!) {
    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {
      edges {
        node {
          budget {
            ...BudgetTerms
          }
        }
      }
    }
    stats(workspaceId: $workspaceId, range: { lastDays: 1 }, filter: { clientIds: [$clientId] }) {
      monthlyComparison {
        currentMonth
      }
    }
  }
`);

const SetCustomerBudget = graphql(`
  mutation SetCustomerBudget($workspaceId: ID!, $clientId: ID!, $input: BudgetInput!) {
    setCustomerBudget(workspaceId: $workspaceId, clientId: $clientId, input: $input) {
      ...BudgetTerms
    }
  }
`);

const RemoveCustomerBudget = graphql(`
  mutation RemoveCustomerBudget($workspaceId: ID!, $clientId: ID!) {
    removeCustomerBudget(workspaceId: $workspaceId, clientId: $clientId)
  }
`);

interface Props {
  readonly customer: FragmentType<typeof CustomerBudget>;
  /** Called after the budget was set or removed. */
  readonly onChanged: () => void;
}

/** How far the customer's month has come to its budget, in a line; for who may, what changes it. */
export function BudgetFact({ customer, onChanged }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { role } = usePlace();
  const [open, setOpen] = useState(false);
  const { clientId, name, budget } = unmask(CustomerBudget, customer);
  const standing = unmask(BudgetStanding, budget);
  return (
    <>
      {standing ? t.of(format.share(Math.floor(standing.percent * 10) / 1000), format.money(standing.monthlyLimit)) : t.none}
      {mayManage(role) && (
        <button
          type="button"
          className="button quiet"
          aria-label={standing ? t.changeLong : undefined}
          onClick={() => {
            setOpen(true);
          }}
        >
          {standing ? t.change : t.set}
        </button>
      )}
      {open && (
        <BudgetDialog
          client={clientId}
          name={name ?? clientId}
          of={unmask(BudgetTerms, budget) ?? null}
          spent={standing?.spent}
          onClose={() => {
            setOpen(false);
          }}
          onChanged={() => {
            setOpen(false);
            onChanged();
          }}
        />
      )}
    </>
  );
}

/** The customer's budget; nothing where there is none. */
export function ClientBudget({ customer, price, now }: { customer: FragmentType<typeof CustomerBudget>; price: Amount; now: string }) {
  const standing = unmask(BudgetStanding, unmask(CustomerBudget, customer).budget);
  return standing && <BudgetCard of={standing} price={price} now={now} />;
}

/** What a month of the customer may cost; undefined where it has no budget. */
export function limitOf(customer: FragmentType<typeof CustomerBudget> | undefined) {
  return unmask(BudgetStanding, unmask(CustomerBudget, customer)?.budget)?.monthlyLimit;
}

interface DialogProps {
  readonly client: string;
  readonly name: string;
  readonly of: BudgetTermsFragment | null;
  /** What this month cost so far, where the page knows it. */
  readonly spent: Amount | undefined;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

function BudgetDialog({ client: clientId, name, of: kept, spent, onClose, onChanged }: DialogProps) {
  const t = useWords(words);
  const { workspace: workspaceId } = usePlace();
  const client = useClient();
  const { data } = useAnswer(BudgetOfClient, { workspaceId, clientId }, { paused: spent !== undefined });
  const save = useChange(SetCustomerBudget);
  const remove = useChange(RemoveCustomerBudget);
  const [removing, setRemoving] = useState(false);
  // What the form began with stays, whatever the page behind it learns meanwhile.
  const [began] = useState(kept);
  const agreement = useTerms(began, {
    look: async () => {
      const answer = await client.query(BudgetOfClient, { workspaceId, clientId }).toPromise();
      return answer.data && (unmask(BudgetTerms, answer.data.customers.edges?.[0]?.node?.budget) ?? null);
    },
    set: async (input, version) => unmask(BudgetTerms, (await save.run({ workspaceId, clientId, input: { ...input, version } }))?.setCustomerBudget),
  });
  const { draft, conflict, pending } = agreement;
  const submit = async (way: "submit" | "insist") => {
    if (await agreement[way]()) onChanged();
  };
  const confirm = async () => {
    // Where there is none any more, it is removed all the same.
    if (await remove.run({ workspaceId, clientId })) onChanged();
  };

  if (removing) {
    return (
      <Dialog
        key="remove"
        title={t.removeTitle(name)}
        onClose={onClose}
        actions={<Actions danger label={t.remove} pending={remove.pending} onCancel={onClose} onConfirm={() => void confirm()} />}
      >
        <p>{t.removeText}</p>
        <Trouble text={remove.beside()} />
      </Dialog>
    );
  }
  const shown = ["monthlyLimit", "thresholds", "version", ...draft.thresholds.map((_, index) => `thresholds.${index}`)];
  return (
    <Dialog
      title={t.title(name)}
      onClose={onClose}
      onSubmit={() => void submit("submit")}
      actions={
        <>
          {began && (
            <button
              type="button"
              className="button danger first"
              onClick={() => {
                setRemoving(true);
              }}
            >
              {t.remove}
            </button>
          )}
          <Actions label={t.save} pending={pending} onCancel={onClose} />
        </>
      }
    >
      <p className="muted">{t.both}</p>
      <TermsFields draft={draft} onChange={agreement.edit} spent={spent ?? data?.stats.monthlyComparison.currentMonth} judged={agreement.judged} at={save.at} />
      {conflict !== undefined && <TermsConflict of={conflict} pending={pending} onTheirs={onChanged} onMine={() => void submit("insist")} />}
      <Trouble text={conflict === undefined ? save.beside(...shown) : ""} />
    </Dialog>
  );
}
