// A workspace's alerts, page by page, the newest first.

import { useMemo } from "react";
import { useClient } from "urql";
import { graphql, unmask } from "../../gql";
import type { AlertRowFragment, AlertWhereInput } from "../../gql/graphql";
import type { Language } from "../language";
import { openList, useList, type List, type Shown } from "../list";

export const AlertRow = graphql(`
  fragment AlertRow on Alert {
    id
    createdAt
    clientId
    event
    title(language: $language)
    text(language: $language)
    facts
    deliveries @include(if: $manages) {
      ...Delivered
    }
  }
`);

const Alerts = graphql(`
  query Alerts($where: AlertWhereInput!, $first: Int!, $after: Cursor, $language: String!, $manages: Boolean!) {
    alerts(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
      edges {
        cursor
        node {
          ...AlertRow
        }
      }
    }
  }
`);

/** A page of the list. */
const first = 15;

/** The alerts that the condition finds, and for who manages the workspace what became of them. */
export function useAlerts(where: AlertWhereInput, language: Language, manages: boolean): List<AlertRowFragment> & Shown<AlertRowFragment> {
  const client = useClient();
  const question = JSON.stringify(where);
  const list = useMemo(() => {
    const asked = JSON.parse(question) as AlertWhereInput;
    return openList(first, async ({ after, bound }) => {
      const { data, error } = await client.query(Alerts, { where: { ...asked, ...bound }, first, after, language, manages }).toPromise();
      return { edges: data?.alerts.edges?.map((edge) => edge && { cursor: edge.cursor, row: unmask(AlertRow, edge.node) ?? undefined }) ?? [], error };
    });
  }, [client, question, language, manages]);
  return useList(list);
}
