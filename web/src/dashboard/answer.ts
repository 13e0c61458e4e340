// Asks one operation, and again whenever the server was away. What was shown
// stays until something newer is there.

import { useCallback, useEffect, useMemo, useState } from "react";
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from "urql";
import { messageOf, problemOf, type Problem } from "./client";
import { merge, pieces } from "./pieces";

export interface Answer<Data> {
  /** The newest answer; undefined until the first. */
  readonly data: Data | undefined;
  /** Whether the data answers what was asked before, and the new answer is on its way. */
  readonly stale: boolean;
  /** Why there is no newer answer. */
  readonly problem: Problem | undefined;
  readonly message: string;
  /** The fragments whose fields could not be answered, while others could. */
  readonly failed: ReadonlySet<string>;
  /** Asks again; the data stays meanwhile. */
  readonly refresh: () => void;
}

interface State<Data> {
  data: Data | undefined;
  /** The question that the data answers. */
  answered: string;
  problem: Problem | undefined;
  message: string;
  failed: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set<string>();

/** The seconds until a server that was away is asked again. */
const waits = [1, 2, 4, 8, 15];

/**
 * Asks an operation with variables; `paused` asks nothing yet. Where it fails
 * as a whole though the server is there, each of its fragments is asked alone:
 * what fails then is in `failed`, the rest in `data`.
 */
export function useAnswer<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { paused = false } = {},
): Answer<Data> {
  const client = useClient();
  const question = JSON.stringify(variables);
  const asked = useMemo(() => JSON.parse(question) as Variables, [question]);
  const [state, setState] = useState<State<Data>>({ data: undefined, answered: "", problem: undefined, message: "", failed: none });
  const [turn, setTurn] = useState(0);
  const refresh = useCallback(() => {
    setTurn((n) => n + 1);
  }, []);

  useEffect(() => {
    if (paused) return;
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let tries = 0;
    const run = async <D, V extends AnyVariables>(part: TypedDocumentNode<D, V>, values: V) => client.query(part, values).toPromise();

    const fail = (error: CombinedError) => {
      const problem = problemOf(error);
      setState((before) => ({ ...before, problem, message: messageOf(error) }));
      if (problem !== "away") return;
      timer = setTimeout(() => void ask(), (waits[Math.min(tries, waits.length - 1)] ?? 15) * 1000);
      tries++;
    };

    const askApart = async (error: CombinedError) => {
      const parts = [...pieces(document)];
      const results = await Promise.all(
        parts.map(async ([name, part]) => ({ name, result: await run(part as TypedDocumentNode<Data, Variables>, asked) })),
      );
      if (left) return;
      const whole = results.filter(({ result }) => result.data !== undefined && !result.error);
      if (whole.length === 0) {
        fail(error);
        return;
      }
      const data = whole.reduce<Data | undefined>((sum, { result }) => (sum === undefined ? result.data : merge(sum, result.data)), undefined);
      const failed = new Set(results.filter(({ result }) => result.error).map(({ name }) => name));
      setState({ data, answered: question, problem: undefined, message: messageOf(error), failed });
    };

    const ask = async () => {
      const { data, error } = await run(document, asked);
      if (left) return;
      if (error && problemOf(error) === "failed" && pieces(document).size > 1) await askApart(error);
      else if (error) fail(error);
      else setState({ data, answered: question, problem: undefined, message: "", failed: none });
    };

    const atOnce = () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      void ask();
    };
    addEventListener("online", atOnce);
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
      removeEventListener("online", atOnce);
    };
  }, [client, document, question, asked, paused, turn]);

  return {
    data: state.data,
    stale: state.data !== undefined && state.answered !== question,
    problem: state.problem,
    message: state.message,
    failed: state.failed,
    refresh,
  };
}
