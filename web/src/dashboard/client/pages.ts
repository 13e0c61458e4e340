// A client's usages, page by page, the newest first. Requests go one after the
// other, so that what one brings never undoes another's.

import { useMemo, useSyncExternalStore } from "react";
import { type Client, useClient } from "urql";
import { graphql, unmask } from "../../gql";
import type { UsageRowFragment, UsageWhereInput } from "../../gql/graphql";
import { messageOf, problemOf, type Problem } from "../client";

export const UsageRow = graphql(`
  fragment UsageRow on Usage {
    id
    createdAt
    kind
    model
    inputTokens
    outputTokens
    price
    voidedAt
    voidReason
  }
`);

// No pageInfo: for that the server counts all that the condition finds.
const ClientUsages = graphql(`
  query ClientUsages($where: UsageWhereInput!, $first: Int!, $after: Cursor) {
    usages(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
      edges {
        cursor
        node {
          ...UsageRow
        }
      }
    }
  }
`);

export interface Usages {
  /** Undefined until the first page came. */
  readonly rows: readonly UsageRowFragment[] | undefined;
  /** Whether there are older ones. */
  readonly more: boolean;
  readonly asking: boolean;
  /** Why the last page that was asked for did not come. */
  readonly problem: Problem | undefined;
  readonly message: string;
}

export interface UsageList {
  readonly subscribe: (listener: () => void) => () => void;
  readonly current: () => Usages;
  /** Asks for the next page. */
  readonly next: () => void;
  /** Asks for what is new at the top. */
  readonly renew: () => void;
  /** Puts a usage in the place of the one that was shown. */
  readonly put: (row: UsageRowFragment) => void;
}

function openList(client: Client, where: UsageWhereInput, first: number): UsageList {
  const listeners = new Set<() => void>();
  let usages: Usages = { rows: undefined, more: true, asking: false, problem: undefined, message: "" };
  /** Where the next page begins. */
  let from: { readonly after: string; readonly createdAtLTE: string } | undefined;
  let line = Promise.resolve();
  const become = (change: Partial<Usages>) => {
    usages = { ...usages, ...change };
    for (const listener of listeners) listener();
  };

  const ask = async (place: typeof from) => {
    // The cursor alone would have the server pass over all that came before it; the time it finds at once.
    const { after, ...bound } = place ?? {};
    const { data, error } = await client.query(ClientUsages, { where: { ...where, ...bound }, first, after: after ?? null }).toPromise();
    const edges = data?.usages.edges ?? [];
    const rows = edges.flatMap((edge) => (edge?.node ? [unmask(UsageRow, edge.node)] : []));
    const cursor = edges.at(-1)?.cursor;
    const oldest = rows.at(-1)?.createdAt;
    // A full page may be the last one: then the next is empty.
    return { rows, more: edges.length === first, end: cursor !== undefined && oldest !== undefined ? { after: cursor, createdAtLTE: oldest } : undefined, error };
  };

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    current: () => usages,
    next: () => {
      if (usages.asking || !usages.more) return;
      become({ asking: true });
      line = line.then(async () => {
        const page = await ask(from);
        if (page.error) {
          become({ asking: false, problem: problemOf(page.error), message: messageOf(page.error) });
          return;
        }
        from = page.end;
        const known = new Set(usages.rows?.map(({ id }) => id));
        become({ rows: [...(usages.rows ?? []), ...page.rows.filter(({ id }) => !known.has(id))], more: page.more, asking: false, problem: undefined });
      });
    },
    renew: () => {
      line = line.then(async () => {
        const page = usages.rows && (await ask(undefined));
        if (!page || page.error || !usages.rows) return; // the next change asks again
        const fresh = new Set(page.rows.map(({ id }) => id));
        const older = usages.rows.filter(({ id }) => !fresh.has(id));
        // Where the page meets none of what is shown, there is a gap between them.
        if (page.more && older.length === usages.rows.length) {
          from = page.end;
          become({ rows: page.rows, more: true });
        } else become(page.more ? { rows: [...page.rows, ...older] } : { rows: page.rows, more: false });
      });
    },
    put: (row) => {
      become({ rows: usages.rows?.map((each) => (each.id === row.id ? row : each)) });
    },
  };
}

/** The usages that the condition finds, in pages of so many. Another condition begins another list. */
export function useUsages(where: UsageWhereInput, first: number): UsageList & Usages {
  const client = useClient();
  const question = JSON.stringify(where);
  const list = useMemo(() => openList(client, JSON.parse(question) as UsageWhereInput, first), [client, question, first]);
  return { ...list, ...useSyncExternalStore(list.subscribe, list.current) };
}
