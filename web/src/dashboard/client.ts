// The door to /graphql: one client a key, exact amounts, and problems in words
// that the page can tell apart.

import { Client, fetchExchange, type CombinedError } from "@urql/core";
import { reviveAmount } from "../exact";

export type Problem =
  /** The key is unknown, expired or revoked. */
  | "refused"
  /** No answer came: the server is away, or the network. */
  | "away"
  /** The workspace or customer is not there, or not for this key. */
  | "missing"
  /** The key's role may not do this. */
  | "forbidden"
  /** Anything else; the message says what. */
  | "failed";

export function problemOf(error: CombinedError): Problem {
  const status = (error.response as Response | undefined)?.status;
  const codes = error.graphQLErrors.map((each) => each.extensions.code);
  if (status === 401 || codes.includes("UNAUTHENTICATED")) return "refused";
  if (error.networkError && (status === undefined || status >= 500 || status === 429)) return "away";
  if (codes.includes("UNAVAILABLE") || codes.includes("OVERLOADED")) return "away";
  if (codes.includes("WORKSPACE_NOT_FOUND") || codes.includes("CUSTOMER_NOT_FOUND")) return "missing";
  if (codes.includes("FORBIDDEN")) return "forbidden";
  return "failed";
}

/** The sentence of an error for people. */
export function messageOf(error: CombinedError): string {
  return error.graphQLErrors[0]?.message ?? error.networkError?.message ?? error.message;
}

/** The input field that an INVALID or CONFLICT names, such as "prices.0.price"; "" where it names none. */
export function fieldOf(error: CombinedError): string {
  const field = error.graphQLErrors[0]?.extensions.field;
  return typeof field === "string" ? field.replace(/^input\.?/, "") : "";
}

/** Fetches without losing a digit of an amount. */
async function exactFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const text = await response.text();
  // urql parses the text with JSON.parse: here the amounts that it would round become texts.
  let exact = text;
  try {
    exact = JSON.stringify(JSON.parse(text, reviveAmount));
  } catch {
    // Not JSON: a proxy's page, which urql reports as such.
  }
  return new Response(exact, { status: response.status, headers: response.headers });
}

export function openClient(key: string): Client {
  return new Client({
    url: "/graphql",
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetch: exactFetch,
    fetchOptions: { headers: { Authorization: `Bearer ${key}` } },
  });
}
