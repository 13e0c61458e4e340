// The address's range and filter as the API asks for them.

import type { UsageFilter } from "../gql/graphql";
import { type Filter, hasFilter } from "./address";

/** The filter for GraphQL; undefined where nothing is filtered. */
export function filterInput(filter: Filter): UsageFilter | undefined {
  if (!hasFilter(filter)) return undefined;
  return {
    clientIds: [...filter.clients],
    kinds: [...filter.kinds],
    models: [...filter.models],
    weekdays: [...filter.weekdays],
    hours: [...filter.hours],
  };
}
