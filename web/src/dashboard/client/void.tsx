import { useState } from "react";
import { useMutation } from "urql";
import { graphql, unmask } from "../../gql";
import type { UsageRowFragment } from "../../gql/graphql";
import { messageOf, problemOf } from "../client";
import { Dialog } from "../controls/dialog";
import { Field } from "../controls/field";
import { useFormat, useWords } from "../language";
import { usePlace } from "../place";
import { UsageRow } from "./pages";

const words = {
  en: {
    title: "Void this usage?",
    text: (kind: string, time: string, price: string) => `${kind}, ${time}: ${price} will be taken out of every total. This can't be undone.`,
    reason: "Reason (optional)",
    hint: (left: string) => `For example: a test, or an answer given twice. ${left} characters left.`,
    keep: "Keep it",
    go: "Void",
    gone: "This usage is no longer there.",
    away: "The server does not answer. Try again in a moment: voiding twice does no harm.",
    forbidden: "This key may not void usage.",
  },
  it: {
    title: "Annullare questo utilizzo?",
    text: (kind: string, time: string, price: string) => `${kind}, ${time}: ${price} sarà tolto da ogni totale. Non si può tornare indietro.`,
    reason: "Motivo (facoltativo)",
    hint: (left: string) => `Per esempio: una prova, o una risposta data due volte. Restano ${left} caratteri.`,
    keep: "Lascia com'è",
    go: "Annulla l'utilizzo",
    gone: "Questo utilizzo non c'è più.",
    away: "Il server non risponde. Riprova tra un momento: annullare due volte non fa danni.",
    forbidden: "Questa chiave non può annullare gli utilizzi.",
  },
};

const VoidUsage = graphql(`
  mutation VoidUsage($workspaceId: ID!, $id: ID!, $reason: String) {
    voidUsage(workspaceId: $workspaceId, id: $id, reason: $reason) {
      voided
      usage {
        ...UsageRow
      }
    }
  }
`);

/** The most characters that the API takes for a reason. */
const mostCharacters = 500;

interface Props {
  readonly usage: UsageRowFragment;
  readonly onClose: () => void;
  readonly onVoided: (usage: UsageRowFragment) => void;
}

/** Asks whether a usage is to be taken back, and does it. */
export function VoidDialog({ usage, onClose, onVoided }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { workspace } = usePlace();
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState("");
  const [{ fetching }, mutate] = useMutation(VoidUsage);
  const left = mostCharacters - Array.from(reason).length;

  const submit = async () => {
    if (fetching || left < 0) return;
    setFault("");
    const { data, error } = await mutate({ workspaceId: workspace, id: usage.id, reason: reason.trim() === "" ? null : reason.trim() });
    const voided = data?.voidUsage.usage;
    if (voided) onVoided(unmask(UsageRow, voided));
    else if (error) {
      const problem = problemOf(error);
      setFault(problem === "away" ? t.away : problem === "forbidden" ? t.forbidden : messageOf(error));
    } else setFault(t.gone);
  };

  return (
    <Dialog
      title={t.title}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t.keep}
          </button>
          <button type="submit" className="button danger" disabled={fetching || left < 0}>
            {t.go}
          </button>
        </>
      }
    >
      <p>{t.text(usage.kind, format.instant(usage.createdAt), format.exactMoney(usage.price))}</p>
      <Field label={t.reason} hint={t.hint(format.count(left))} fault={fault}>
        {(control) => (
          <textarea
            {...control}
            className="input"
            rows={2}
            // React's autoFocus comes before the window opens, when nothing in it takes the focus.
            ref={(element) => {
              element?.setAttribute("autofocus", "");
            }}
            aria-invalid={left < 0}
            value={reason}
            onChange={(event) => {
              setReason(event.target.value);
            }}
          />
        )}
      </Field>
    </Dialog>
  );
}
