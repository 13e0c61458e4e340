// A list that is asked for page by page, the newest first. Requests go one
// after the other, so that what one brings never undoes another's.

import { useEffect, useSyncExternalStore } from "react";
import type { CombinedError } from "urql";
import { messageOf, problemOf, type Problem } from "./client";

/** What a list is made of. */
export interface Listed {
  readonly id: string;
  readonly createdAt: string;
}

/** What a list shows. */
export interface Shown<Row> {
  /** Undefined until the first page came. */
  readonly rows: readonly Row[] | undefined;
  /** Whether there are older ones. */
  readonly more: boolean;
  readonly asking: boolean;
  /** Why the last page that was asked for did not come. */
  readonly problem: Problem | undefined;
  readonly message: string;
}

/** Where a page begins, or the list: the cursor alone would have the server pass over all that came before it; the time it finds at once. */
export interface From {
  readonly after: string | null;
  readonly bound: { readonly createdAtLTE?: string };
}

export interface Page<Row> {
  /** As GraphQL gives them, the newest first. */
  readonly edges: readonly ({ readonly cursor: string; readonly row: Row | undefined } | null)[];
  readonly error: CombinedError | undefined;
}

export interface List<Row> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly current: () => Shown<Row>;
  /** Asks for the next page. */
  readonly next: () => void;
  /** Asks for what is new at the top. */
  readonly renew: () => void;
  /** Puts a row in the place of the one that was shown. */
  readonly put: (row: Row) => void;
}

/** A list in pages of so many. */
export function openList<Row extends Listed>(first: number, ask: (from: From) => Promise<Page<Row>>): List<Row> {
  const listeners = new Set<() => void>();
  let shown: Shown<Row> = { rows: undefined, more: true, asking: false, problem: undefined, message: "" };
  const top: From = { after: null, bound: {} };
  /** Where the next page begins. */
  let from = top;
  let line = Promise.resolve();
  const become = (change: Partial<Shown<Row>>) => {
    shown = { ...shown, ...change };
    for (const listener of listeners) listener();
  };

  const read = async (place: From) => {
    const { edges, error } = await ask(place);
    const rows = edges.flatMap((edge) => (edge?.row ? [edge.row] : []));
    const cursor = edges.at(-1)?.cursor;
    const oldest = rows.at(-1)?.createdAt;
    // A full page may be the last one: then the next is empty.
    return { rows, more: edges.length === first, end: cursor !== undefined && oldest !== undefined ? { after: cursor, bound: { createdAtLTE: oldest } } : top, error };
  };

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    current: () => shown,
    next: () => {
      if (shown.asking || !shown.more) return;
      become({ asking: true });
      line = line.then(async () => {
        const page = await read(from);
        if (page.error) {
          become({ asking: false, problem: problemOf(page.error), message: messageOf(page.error) });
          return;
        }
        from = page.end;
        const known = new Set(shown.rows?.map(({ id }) => id));
        become({ rows: [...(shown.rows ?? []), ...page.rows.filter(({ id }) => !known.has(id))], more: page.more, asking: false, problem: undefined });
      });
    },
    renew: () => {
      line = line.then(async () => {
        const page = shown.rows && (await read(top));
        if (!page || page.error || !shown.rows) return; // the next change asks again
        const fresh = new Set(page.rows.map(({ id }) => id));
        const older = shown.rows.filter(({ id }) => !fresh.has(id));
        // Where the page meets none of what is shown, there is a gap between them.
        if (page.more && older.length === shown.rows.length) {
          from = page.end;
          become({ rows: page.rows, more: true });
        } else become(page.more ? { rows: [...page.rows, ...older] } : { rows: page.rows, more: false });
      });
    },
    put: (row) => {
      become({ rows: shown.rows?.map((each) => (each.id === row.id ? row : each)) });
    },
  };
}

/** What a list shows now. */
export function useList<Row>(list: List<Row>): List<Row> & Shown<Row> {
  return { ...list, ...useSyncExternalStore(list.subscribe, list.current) };
}

/** Asks again for a page that did not come because the server was away. */
export function useRetry({ asking, problem, next }: Pick<List<unknown> & Shown<unknown>, "asking" | "problem" | "next">): void {
  useEffect(() => {
    if (problem !== "away" || asking) return;
    const timer = setTimeout(next, 3000);
    return () => {
      clearTimeout(timer);
    };
  }, [asking, problem, next]);
}
