// What is spent right now. Totals come over a WebSocket; where that does not
// get through, as server-sent events; where neither does, by asking now and then.

import { stringifyDocument } from "@urql/core";
import { createClient as createStream } from "graphql-sse";
import { CloseCode, type Client as SocketClient } from "graphql-ws";
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { type Client, useClient } from "urql";
import { graphql } from "../gql";
import type { UsageChangedSubscription } from "../gql/graphql";
import { type Amount, reviveAmount } from "../exact";
import { openSocket } from "../socket";
import { problemOf } from "./client";
import { usePlace } from "./place";

const UsageChanged = graphql(`
  subscription UsageChanged($workspaceId: ID!) {
    usageChanged(workspaceId: $workspaceId) {
      todayCost
      todayMessages
      monthCost
      monthMessages
      lastUsage {
        id
        clientId
        price
        createdAt
      }
    }
  }
`);

const Poll = graphql(`
  query Poll($workspaceId: ID!) {
    today: stats(workspaceId: $workspaceId, range: { lastDays: 1 }) {
      totalCost
      totalMessages
      monthlyUsage(months: 1) {
        cost
        messages
      }
    }
  }
`);

export interface Totals {
  readonly cost: Amount;
  readonly messages: number;
}

export interface Live {
  /**
   * live: changes are pushed. polling: they are asked for. connecting: on the
   * way to either. away: the server did not answer, and is tried again.
   */
  readonly state: "live" | "polling" | "connecting" | "away";
  /** Today's totals of the workspace, whatever the page filters; undefined until known. */
  readonly today: Totals | undefined;
  /** This month's. */
  readonly month: Totals | undefined;
  /** How often the totals changed since the page looks: what shows figures of today asks again when it grows. */
  readonly changes: number;
}

const start: Live = { state: "connecting", today: undefined, month: undefined, changes: 0 };

const LiveContext = createContext<Live>(start);

export function useLive(): Live {
  return use(LiveContext);
}

/** Follows the place's workspace. `onRefused` is told when the key no longer opens it. */
export function LiveProvider({ onRefused, children }: { onRefused: () => void; children: ReactNode }) {
  const { workspace, key } = usePlace();
  const client = useClient();
  const [live, setLive] = useState(start);
  const feed = useMemo(() => ({ workspace, key, client, onRefused }), [workspace, key, client, onRefused]);
  useEffect(() => follow(feed, setLive), [feed]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

interface Feed {
  readonly workspace: string;
  readonly key: string;
  readonly client: Client;
  readonly onRefused: () => void;
}

/** How a way of being told came to its end. */
type End = "lost" | "refused";

type Change = UsageChangedSubscription["usageChanged"];

const ms = { poll: 10_000, longest: 15_000 };

/** How many failures in a row a way gets before the next one is tried. */
const patience = 2;

function follow(feed: Feed, setLive: (change: (before: Live) => Live) => void): () => void {
  const leaving = new AbortController();
  const { signal } = leaving;
  setLive(() => start);

  const heard = (state: Live["state"], today: Totals, month: Totals) => {
    if (signal.aborted) return;
    setLive((before) => {
      const same = before.today?.messages === today.messages && String(before.today.cost) === String(today.cost) && String(before.month?.cost) === String(month.cost);
      // The first totals are no change; the ones after a lost connection may be.
      const changes = before.changes + (same || before.today === undefined ? 0 : 1);
      return { state, today, month, changes };
    });
  };
  const stand = (state: Live["state"]) => {
    if (!signal.aborted) setLive((before) => ({ ...before, state }));
  };

  const run = async () => {
    // A way that worked once is kept to: then it is the server that is away.
    let worked: "socket" | "stream" | undefined;
    let failures = 0;
    const left = () => signal.aborted;
    while (!left()) {
      const way = worked ?? (failures < patience ? "socket" : failures < 2 * patience ? "stream" : "poll");
      const told = { once: false };
      const onChange = (change: Change) => {
        told.once = true;
        heard("live", { cost: change.todayCost, messages: change.todayMessages }, { cost: change.monthCost, messages: change.monthMessages });
      };
      const end = await (way === "poll" ? byAsking(feed, heard, stand, signal) : listen(way, feed, onChange, signal));
      if (left()) return;
      if (end === "refused") {
        feed.onRefused();
        return;
      }
      if (told.once && way !== "poll") worked = way;
      failures = told.once ? 1 : failures + 1;
      if (way === "poll") {
        failures = 0; // from the start: what was in the way may be gone
        continue;
      }
      stand(worked ? "away" : "connecting");
      await rest(Math.min(ms.longest, 500 * 2 ** Math.min(failures - 1, 5)) * (0.75 + Math.random() / 2), signal);
    }
  };
  void run();
  return () => {
    leaving.abort();
  };
}

/** Waits; the browser's word that the network is back, or the end, cuts it short. */
async function rest(time: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, time);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}

const query = stringifyDocument(UsageChanged);

/** Whether the server's word means that the key opens this no longer: errors, a WebSocket's close or an HTTP answer. */
function refused(said: unknown): boolean {
  if (Array.isArray(said)) {
    return said.some((each: { extensions?: { code?: unknown } }) => ["UNAUTHENTICATED", "FORBIDDEN", "WORKSPACE_NOT_FOUND"].includes(String(each.extensions?.code)));
  }
  const { code, response } = (said ?? {}) as { code?: number; response?: { status?: number } };
  return code === CloseCode.Forbidden || code === CloseCode.Unauthorized || response?.status === 401;
}

/** graphql-transport-ws, or graphql-sse's distinct connections. */
const open = {
  socket: (key: string): Pick<SocketClient, "subscribe" | "dispose"> => openSocket(key, reviveAmount),
  stream: (key: string): Pick<SocketClient, "subscribe" | "dispose"> => createStream({ url: "/graphql", headers: { Authorization: `Bearer ${key}` }, retryAttempts: 0 }),
};

/** Is told until the connection is lost. */
async function listen(way: keyof typeof open, { workspace, key }: Feed, onChange: (change: Change) => void, signal: AbortSignal): Promise<End> {
  const client = open[way](key);
  const over = new AbortController();
  const end = await new Promise<End>((resolve) => {
    const leave = client.subscribe<UsageChangedSubscription>(
      { query, variables: { workspaceId: workspace } },
      {
        next: ({ data, errors }) => {
          if (data) onChange(data.usageChanged);
          else if (refused(errors)) resolve("refused");
        },
        error: (error) => {
          resolve(refused(error) ? "refused" : "lost");
        },
        complete: () => {
          resolve("lost");
        },
      },
    );
    signal.addEventListener("abort", leave, { signal: over.signal });
  });
  over.abort(); // of many tries none is kept
  void client.dispose();
  return end;
}

/** Asks now and then for a minute, after which the other ways may be tried again. */
async function byAsking(
  { workspace, client }: Feed,
  heard: (state: "polling", today: Totals, month: Totals) => void,
  stand: (state: "away") => void,
  signal: AbortSignal,
): Promise<End> {
  for (let turn = 0; turn < 6 && !signal.aborted; turn++) {
    const { data, error } = await client.query(Poll, { workspaceId: workspace }).toPromise();
    if (error && problemOf(error) === "refused") return "refused";
    const month = data?.today.monthlyUsage[0];
    if (data && month) heard("polling", { cost: data.today.totalCost, messages: data.today.totalMessages }, month);
    else stand("away");
    await rest(ms.poll, signal);
  }
  return "lost";
}
