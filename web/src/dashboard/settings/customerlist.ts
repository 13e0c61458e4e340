// The customers of a workspace that a search finds, page by page.

import { useEffect, useState } from "react";
import { useClient } from "urql";
import { graphql, unmask } from "../../gql";
import type { CustomerOfListFragment, CustomersQuery, CustomerWhereInput } from "../../gql/graphql";
import { useAnswer } from "../answer";
import { usePlace } from "../place";

export const CustomerOfList = graphql(`
  fragment CustomerOfList on Customer {
    clientId
    name
    phone
    email
    activeChatbot
  }
`);

const Customers = graphql(`
  query Customers($where: CustomerWhereInput!, $after: Cursor) {
    customers(first: 50, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...CustomerOfList
        }
      }
    }
  }
`);

export type Customer = CustomerOfListFragment;
type Page = CustomersQuery["customers"];

/** What came after a first page; another first page makes it void. */
interface Later {
  readonly of: Page | undefined;
  readonly pages: readonly Page[];
  /** Customers that were changed here since, by their id. */
  readonly changed: ReadonlyMap<string, Customer>;
  readonly loading: boolean;
  readonly failed: boolean;
}

/** The condition of a search: a part of the name, the phone, the e-mail address or the id. */
function whereOf(workspaceId: string, search: string): CustomerWhereInput {
  if (search === "") return { workspaceId };
  const either: CustomerWhereInput[] = [{ nameContainsFold: search }, { emailContainsFold: search }, { clientIDContainsFold: search }];
  // Phones are kept without what stands between their digits.
  const phone = search.replace(/^00/, "+").replace(/[\s().\-/]/g, "");
  if (/^\+?\d+$/.test(phone)) either.push({ phoneContains: phone });
  return { workspaceId, or: either };
}

export function useCustomers(search: string) {
  const { workspace } = usePlace();
  const client = useClient();
  const where = whereOf(workspace, search);
  const { data, stale, problem, message, refresh } = useAnswer(Customers, { where, after: null });
  const first = data?.customers;
  const [kept, setKept] = useState<Later>({ of: undefined, pages: [], changed: new Map(), loading: false, failed: false });
  const later: Later = kept.of === first ? kept : { of: first, pages: [], changed: new Map(), loading: false, failed: false };

  const pages = first ? [first, ...later.pages] : [];
  const end = pages.at(-1)?.pageInfo;
  const found = new Map<string, Customer>();
  for (const page of pages) {
    for (const edge of page.edges ?? []) {
      const customer = edge?.node && unmask(CustomerOfList, edge.node);
      if (customer) found.set(customer.clientId, later.changed.get(customer.clientId) ?? customer);
    }
  }

  return {
    /** Undefined until the first answer. */
    customers: first && [...found.values()],
    total: first?.totalCount ?? 0,
    /** Whether they are what an earlier search found. */
    stale,
    problem,
    message,
    refresh,
    /** Where the next page begins; "" after the last one. */
    next: end?.hasNextPage ? (end.endCursor ?? "") : "",
    loading: later.loading,
    failed: later.failed,
    /** Asks for the next page. */
    more: async () => {
      if (!end?.hasNextPage || later.loading || stale) return;
      setKept({ ...later, loading: true, failed: false });
      const { data: answer } = await client.query(Customers, { where, after: end.endCursor }).toPromise();
      setKept((now) => {
        if (now.of !== first) return now;
        return { ...now, pages: answer ? [...now.pages, answer.customers] : now.pages, loading: false, failed: !answer };
      });
    },
    /** Shows a customer as it is now. */
    put: (customer: Customer) => {
      setKept((now) => {
        const current = now.of === first ? now : later;
        return { ...current, changed: new Map(current.changed).set(customer.clientId, customer) };
      });
    },
  };
}

/** The value as it was a moment ago, so that typing asks once it pauses. */
export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(value);
    }, 200);
    return () => {
      clearTimeout(timer);
    };
  }, [value]);
  return settled;
}
