import type { ExecutionResult } from "graphql-ws";
import { reviveExact } from "../exact";

export type Result = ExecutionResult;

export interface Answer {
  /** The HTTP status, 0 where no answer came. */
  readonly status: number;
  readonly result: Result;
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

function parsed(text: string): Result | undefined {
  try {
    const value = JSON.parse(text, reviveExact) as unknown;
    if (typeof value === "object" && value !== null && ("data" in value || "errors" in value)) return value as Result;
  } catch {
    // Not JSON: a proxy's page, or an answer cut short.
  }
  return undefined;
}

/** A result whose error says this. */
export function failure(message: string): Result {
  return { errors: [{ message }] } as unknown as Result;
}
