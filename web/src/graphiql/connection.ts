import type { Fetcher, FetcherParams, Observable, Unsubscribable } from "@graphiql/toolkit";
import { Kind, OperationTypeNode, parse } from "graphql";
import { reviveExact } from "../exact";
import { keepKey, type Session } from "../session";
import { openSocket } from "../socket";
import { failure, post, type Result } from "./post";

/** What is known about the key. */
export type Standing =
  | { readonly state: "missing" | "checking" | "refused" | "away" }
  | { readonly state: "accepted"; readonly role: string; readonly workspace: string | null };

export interface Snapshot extends Session {
  readonly standing: Standing;
}

interface Observer {
  next: (result: Result) => void;
  complete: () => void;
}

/** The time that typing rests before a key is tried, in milliseconds. */
const rest = 300;

/** Speaks to /graphql with this tab's key, and tells its subscribers how the key stands. */
export class Connection {
  #snapshot: Snapshot;
  #listeners = new Set<() => void>();
  #trial = new AbortController();

  constructor(session: Session) {
    this.#snapshot = { ...session, standing: { state: "missing" } };
    this.enter(session);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  /** Takes the session of a link and tries its key at once. */
  enter(session: Session): void {
    this.#try(session, 0);
  }

  /** Takes a key as it is typed. */
  readonly use = (text: string): void => {
    const key = text.trim();
    keepKey(key);
    this.#try({ ...this.#snapshot, key }, rest);
  };

  /** Answers as an observable: that is what GraphiQL can leave, when it is stopped or its tab is left. */
  readonly fetcher: Fetcher = (params) => {
    const operation = operationOf(params);
    const subscribe = (observer: Observer): Unsubscribable =>
      operation.kind === OperationTypeNode.SUBSCRIPTION ? this.#follow({ ...params, operationName: operation.name }, observer) : this.#ask({ ...params, operationName: operation.name }, observer);
    // Of its three forms, GraphiQL uses the one with an object.
    return { subscribe: subscribe as unknown as Observable<Result>["subscribe"] };
  };

  #ask(params: FetcherParams, observer: Observer): Unsubscribable {
    const leaving = new AbortController();
    void this.#answer(params, leaving.signal).then((result) => {
      if (leaving.signal.aborted) return;
      observer.next(result);
      observer.complete();
    });
    return {
      unsubscribe: () => {
        leaving.abort();
      },
    };
  }

  #follow(params: FetcherParams, observer: Observer): Unsubscribable {
    const socket = openSocket(this.#snapshot.key, reviveExact);
    const leave = socket.subscribe(params, {
      next: (result) => {
        observer.next(result as Result);
      },
      error: (errors) => {
        observer.next(Array.isArray(errors) ? { errors: errors as Result["errors"] } : failure("The subscription ended: the server closed the connection, or refused the key."));
        observer.complete();
      },
      complete: () => {
        observer.complete();
      },
    });
    return {
      unsubscribe: () => {
        leave();
        void socket.dispose();
      },
    };
  }

  async #answer(params: FetcherParams, signal: AbortSignal): Promise<Result> {
    // The schema is public: so documentation and completion work with a wrong key too.
    const key = params.operationName === "IntrospectionQuery" ? "" : this.#snapshot.key;
    const { status, result } = await post(params, key, signal);
    if (status === 401 && key !== "" && key === this.#snapshot.key) this.#stand({ state: "refused" });
    return result;
  }

  #try(session: Session, delay: number): void {
    this.#trial.abort();
    this.#trial = new AbortController();
    this.#snapshot = { ...this.#snapshot, ...session };
    this.#stand({ state: session.key === "" ? "missing" : "checking" });
    if (session.key === "") return;
    const { signal } = this.#trial;
    const timer = setTimeout(() => void this.#check(session.key, signal), delay);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
    });
  }

  async #check(key: string, signal: AbortSignal): Promise<void> {
    const { status, result } = await post({ query: "{ viewer { role workspaceId } }" }, key, signal);
    if (signal.aborted) return;
    const viewer = (result.data as { viewer?: { role: string; workspaceId: string | null } } | null | undefined)?.viewer;
    if (viewer) this.#stand({ state: "accepted", role: viewer.role, workspace: viewer.workspaceId });
    else this.#stand({ state: status === 401 ? "refused" : "away" });
  }

  #stand(standing: Standing): void {
    this.#snapshot = { ...this.#snapshot, standing };
    for (const listener of this.#listeners) listener();
  }
}

/**
 * The operation to run. GraphiQL reads its name from the text 100 ms after the
 * last change: for a tab that was only just opened, or a text that was only
 * just pasted, it still has the one from before.
 */
function operationOf({ query, operationName: name }: FetcherParams): { name: string | null | undefined; kind: OperationTypeNode } {
  try {
    const operations = parse(query).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const run = operations.length === 1 ? operations[0] : operations.find((operation) => operation.name?.value === name);
    return { name: operations.length === 1 ? run?.name?.value : name, kind: run?.operation ?? OperationTypeNode.QUERY };
  } catch {
    return { name, kind: OperationTypeNode.QUERY }; // the server will tell what is wrong with the text
  }
}
