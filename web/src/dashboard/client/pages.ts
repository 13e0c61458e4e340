// A client's usages, page by page, the newest first.

import { useMemo } from "react";
import { useClient } from "urql";
import { graphql, unmask } from "../../gql";
import type { UsageRowFragment, UsageWhereInput } from "../../gql/graphql";
import { openList, useList, type List, type Shown } from "../list";

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

export type UsageList = List<UsageRowFragment> & Shown<UsageRowFragment>;

/** The usages that the condition finds, in pages of so many. Another condition begins another list. */
export function useUsages(where: UsageWhereInput, first: number): UsageList {
  const client = useClient();
  const question = JSON.stringify(where);
  const list = useMemo(() => {
    const asked = JSON.parse(question) as UsageWhereInput;
    return openList(first, async ({ after, bound }) => {
      const { data, error } = await client.query(ClientUsages, { where: { ...asked, ...bound }, first, after }).toPromise();
      return { edges: data?.usages.edges?.map((edge) => edge && { cursor: edge.cursor, row: unmask(UsageRow, edge.node) ?? undefined }) ?? [], error };
    });
  }, [client, question, first]);
  return useList(list);
}
