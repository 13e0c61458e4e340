// A change that the server is asked for, and in words why it was not made.

import { type AnyVariables, type CombinedError, type TypedDocumentNode, useMutation } from "urql";
import { fieldOf, messageOf, problemOf } from "../client";
import { useWords } from "../language";

const words = {
  en: {
    away: "The server does not answer. Try again in a moment.",
    refused: "The key you are signed in with is expired or revoked.",
  },
  it: {
    away: "Il server non risponde. Riprova tra poco.",
    refused: "La chiave con cui sei entrato è scaduta o revocata.",
  },
};

/** What is said of a fault instead of the server's own sentence, by its code. */
export type Sentences = Readonly<Partial<Record<"INVALID" | "CONFLICT", string>>>;

export interface Change<Data, Variables> {
  /** Whether the answer is on its way; what asks for the change again waits for it. */
  readonly pending: boolean;
  /** What the server found wrong with a field of the input; "" where nothing. */
  readonly at: (field: string, own?: Sentences) => string;
  /** What went wrong that none of these fields shows. */
  readonly beside: (...fields: string[]) => string;
  /** Asks for the change: its answer, or undefined where it was not made. */
  readonly run: (variables: Variables) => Promise<Data | undefined>;
}

export function useChange<Data, Variables extends AnyVariables>(document: TypedDocumentNode<Data, Variables>): Change<Data, Variables> {
  const sentence = useSentence();
  const [{ fetching, error }, execute] = useMutation(document);
  return {
    pending: fetching,
    at: (field, own) => (error && fieldOf(error) === field ? (own?.[codeOf(error)] ?? sentence(error)) : ""),
    beside: (...fields) => (error && !fields.includes(fieldOf(error)) ? sentence(error) : ""),
    run: async (variables) => {
      const result = await execute(variables);
      return result.error ? undefined : result.data;
    },
  };
}

function codeOf(error: CombinedError): keyof Sentences {
  return error.graphQLErrors[0]?.extensions.code as keyof Sentences;
}

/** Says of an error what a person can do about it; else what the server said. */
export function useSentence(): (error: CombinedError) => string {
  const t = useWords(words);
  return (error) => {
    const problem = problemOf(error);
    return problem === "away" ? t.away : problem === "refused" ? t.refused : messageOf(error);
  };
}
