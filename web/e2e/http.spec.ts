import { expect } from "@playwright/test";
import { serverAudits } from "graphql-http";
import { test } from "./server";

// The public audits of the GraphQL-over-HTTP specification. What the
// specification only recommends has to hold here too. They ask for __typename
// alone, which needs no key.
for (const [caller, signedIn] of [
  ["a caller with a key", true],
  ["a caller without a key", false],
] as const) {
  test(`GraphQL over HTTP is spoken to ${caller}`, async ({ server }) => {
    const audits = serverAudits({
      url: `${server.url}/graphql`,
      fetchFn: (address: string, request: RequestInit = {}) => {
        const headers = new Headers(request.headers);
        if (signedIn) headers.set("Authorization", `Bearer ${server.key}`);
        return fetch(address, { ...request, headers });
      },
    });
    expect(audits.length).toBeGreaterThan(50);
    const found: string[] = [];
    for (const audit of audits) {
      const result = await audit.fn();
      if (result.status !== "ok") found.push(`${result.status} ${result.id}: ${result.name}: ${result.reason}`);
    }
    expect(found).toEqual([]);
  });
}
