import type { Fetcher } from "@graphiql/toolkit";
import { keepKey, type Session } from "../session";
import { post } from "./post";

/** What is known about the key. */
export type Standing =
  | { readonly state: "missing" | "checking" | "refused" | "away" }
  | { readonly state: "accepted"; readonly role: string; readonly workspace: string | null };

export interface Snapshot extends Session {
  readonly standing: Standing;
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

  readonly fetcher: Fetcher = async (params) => {
    // The schema is public: so documentation and completion work with a wrong key too.
    const key = params.operationName === "IntrospectionQuery" ? "" : this.#snapshot.key;
    const { status, result } = await post(params, key);
    if (status === 401 && key !== "" && key === this.#snapshot.key) this.#stand({ state: "refused" });
    return result;
  };

  #try(session: Session, delay: number): void {
    this.#trial.abort();
    this.#trial = new AbortController();
    this.#snapshot = { ...this.#snapshot, ...session };
    this.#stand({ state: session.key === "" ? "missing" : "checking" });
    if (session.key === "") return;
    const { signal } = this.#trial;
    const timer = setTimeout(() => void this.#ask(session.key, signal), delay);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
    });
  }

  async #ask(key: string, signal: AbortSignal): Promise<void> {
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
