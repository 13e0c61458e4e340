import type { ExecutionResult } from "graphql";
import { parseExact } from "./exact";

export interface Answer {
  /** The HTTP status, 0 where no answer came. */
  readonly status: number;
  readonly result: ExecutionResult;
}

/** Sends one operation to /graphql. Where no GraphQL answer comes back, the result's error says so; it never rejects. */
export async function post(operation: object, key: string, signal?: AbortSignal): Promise<Answer> {
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json, application/json",
  };
  if (key !== "") headers.Authorization = `Bearer ${key}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(operation), signal });
    text = await response.text();
  } catch {
    return { status: 0, result: failure("The server did not answer, or this key holds characters that no key has.") };
  }
  const result = parsed(text);
  if (result) return { status: response.status, result };
  return { status: response.status, result: failure(`The server answered ${response.status} without a GraphQL result.`) };
}

function parsed(text: string): ExecutionResult | undefined {
  try {
    const value = parseExact(text);
    if (typeof value === "object" && value !== null && ("data" in value || "errors" in value)) return value as ExecutionResult;
  } catch {
    // Not JSON: a proxy's page, or an answer cut short.
  }
  return undefined;
}

function failure(message: string): ExecutionResult {
  return { errors: [{ message }] } as unknown as ExecutionResult;
}
