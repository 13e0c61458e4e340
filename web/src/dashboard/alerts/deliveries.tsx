// What became of an alert at a channel: every attempt with what the receiver
// answered, as text and nothing else.

import { ChevronDown, CircleCheck, CircleDashed, CircleX, RotateCw, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { graphql, unmask } from "../../gql";
import type { AttemptedFragment, DeliveredFragment } from "../../gql/graphql";
import { useFormat, useWords } from "../language";
import { usePlace } from "../place";
import { useChange } from "../settings/change";
import "./deliveries.css";

const words = {
  en: {
    arrived: "Arrived",
    onItsWay: "On its way",
    failing: "Failing",
    failed: "Given up",
    status: (status: number) => `Status ${status}`,
    noAnswer: "No answer",
    took: (ms: string) => `${ms} ms`,
    answer: "Answer",
    next: (time: string) => `Next attempt ${time}`,
    none: "No attempt yet.",
    again: "Send again",
    sending: "Sending…",
  },
  it: {
    arrived: "Arrivato",
    onItsWay: "In viaggio",
    failing: "Non arriva",
    failed: "Abbandonato",
    status: (status: number) => `Stato ${status}`,
    noAnswer: "Nessuna risposta",
    took: (ms: string) => `${ms} ms`,
    answer: "Risposta",
    next: (time: string) => `Prossimo tentativo ${time}`,
    none: "Ancora nessun tentativo.",
    again: "Invia di nuovo",
    sending: "Invio…",
  },
};

export const Attempted = graphql(`
  fragment Attempted on AlertAttempt {
    number
    at
    tookMs
    status
    answer
    failure
  }
`);

export const Delivered = graphql(`
  fragment Delivered on AlertDelivery {
    id
    state
    nextAttemptAt
    channel {
      id
      name
    }
    attempts {
      ...Attempted
    }
  }
`);

const Replay = graphql(`
  mutation ReplayAlert($workspaceId: ID!, $deliveryId: ID!) {
    replayAlert(workspaceId: $workspaceId, deliveryId: $deliveryId) {
      ...Delivered
    }
  }
`);

function stateOf({ state, attempts }: DeliveredFragment): "arrived" | "onItsWay" | "failing" | "failed" {
  if (state === "DELIVERED") return "arrived";
  if (state === "FAILED") return "failed";
  const last = unmask(Attempted, attempts.at(-1));
  return last?.failure == null ? "onItsWay" : "failing";
}

const signs = { arrived: CircleCheck, onItsWay: CircleDashed, failing: TriangleAlert, failed: CircleX };

interface Props {
  readonly of: DeliveredFragment;
  /** What tells it from others in its list. */
  readonly name: ReactNode;
  /** Told what became of it, after it was sent again. */
  readonly onChanged: (delivery: DeliveredFragment) => void;
}

/** A delivery in a line, with its attempts for who opens it. */
export function Delivery({ of, name, onChanged }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { workspace } = usePlace();
  const replay = useChange(Replay);
  const state = stateOf(of);
  const Sign = signs[state];
  const again = async () => {
    if (replay.pending) return;
    const answer = await replay.run({ workspaceId: workspace, deliveryId: of.id });
    if (answer) onChanged(unmask(Delivered, answer.replayAlert));
  };
  const trouble = replay.beside();
  return (
    <li className="delivery">
      <details>
        <summary>
          <Sign size={14} aria-hidden="true" className={state} />
          <span className="state">{t[state]}</span>
          <span className="name">{name}</span>
          <ChevronDown size={14} aria-hidden="true" className="way" />
        </summary>
        <div className="tries">
          {of.attempts.length === 0 ? (
            <p className="muted">{t.none}</p>
          ) : (
            <ol className="attempts">
              {unmask(Attempted, of.attempts).map((attempt) => (
                <li key={attempt.number}>
                  <Attempt of={attempt} />
                </li>
              ))}
            </ol>
          )}
          {of.nextAttemptAt != null && <p className="muted">{t.next(format.instantWithSeconds(of.nextAttemptAt))}</p>}
          <button type="button" className="button" aria-disabled={replay.pending} onClick={() => void again()}>
            <RotateCw size={14} aria-hidden="true" />
            {replay.pending ? t.sending : t.again}
          </button>
          {trouble !== "" && (
            <p className="trouble" role="alert">
              {trouble}
            </p>
          )}
        </div>
      </details>
    </li>
  );
}

/** One attempt: when, how it went, and what was answered. */
export function Attempt({ of }: { of: AttemptedFragment }) {
  const t = useWords(words);
  const format = useFormat();
  return (
    <div className="attempt">
      <p>
        <time dateTime={of.at} className="muted">
          {format.instantWithSeconds(of.at)}
        </time>
        <span className={of.failure == null ? "good" : "bad"}>{of.status == null ? t.noAnswer : t.status(of.status)}</span>
        <span className="muted numbers">{t.took(format.count(of.tookMs))}</span>
      </p>
      {of.failure != null && <p>{of.failure}</p>}
      {of.answer !== "" && (
        <pre aria-label={t.answer} role="group" tabIndex={0}>
          {of.answer}
        </pre>
      )}
    </div>
  );
}

/** Milliseconds until a delivery on its way is looked at again, and how old an alert is that nobody has yet sent to its channels. */
const wait = { least: 1_500, most: 60_000, unsent: 20_000 };

/** An alert, and what became of it. */
interface Followed {
  readonly createdAt: string;
  readonly deliveries: readonly DeliveredFragment[];
}

/** Asks again when what is on its way should have got further; the list is another one for each answer. */
export function useFollow(alerts: readonly Followed[], again: () => void): void {
  useEffect(() => {
    const now = Date.now();
    const due = alerts.flatMap(({ createdAt, deliveries }) => {
      if (deliveries.length === 0) return now - Date.parse(createdAt) < wait.unsent ? [now] : [];
      return deliveries.flatMap(({ state, nextAttemptAt }) => (state === "PENDING" && nextAttemptAt != null ? [Date.parse(nextAttemptAt)] : []));
    });
    if (due.length === 0) return;
    const timer = setTimeout(again, Math.max(wait.least, Math.min(Math.min(...due) - now + 1000, wait.most)));
    return () => {
      clearTimeout(timer);
    };
  }, [alerts, again]);
}
