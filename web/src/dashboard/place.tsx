// Where the page is: which workspace, seen with which key.

import { createContext, use } from "react";
import type { Role } from "../gql/graphql";

export interface Place {
  /** The workspace's id, and how it counts. */
  readonly workspace: string;
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  /** Whether its months have a budget: its place is kept while the figures load. */
  readonly budgeted: boolean;
  readonly role: Role;
  /** The only workspace that the key sees, null for a key of all. */
  readonly only: string | null;
  /** The tab's key, for exports and the live stream. */
  readonly key: string;
  /** Asks for the workspace anew, after its settings changed. */
  readonly refresh: () => void;
}

export const PlaceContext = createContext<Place>({
  workspace: "",
  name: "",
  currency: "EUR",
  timeZone: "UTC",
  budgeted: false,
  role: "READ",
  only: null,
  key: "",
  refresh: () => undefined,
});

export function usePlace(): Place {
  return use(PlaceContext);
}

/** Whether the key may change the workspace's records. */
export function mayManage(role: Role): boolean {
  return role === "ADMIN" || role === "MANAGE";
}
