// The WebSocket to /graphql, in graphql-transport-ws.

import { type Client, type ClientOptions, createClient } from "graphql-ws";

const ms = { ping: 15_000, pong: 8_000 };

/**
 * Opens with the first subscription and is lost with the connection: who wants
 * to try again opens another. A pong that does not come is a loss too.
 * `reviver` reads the numbers of its answers.
 */
export function openSocket(key: string, reviver: NonNullable<ClientOptions["jsonMessageReviver"]>): Client {
  let pong: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    connectionParams: key === "" ? {} : { Authorization: `Bearer ${key}` },
    retryAttempts: 0,
    keepAlive: ms.ping,
    jsonMessageReviver: reviver,
    on: {
      ping: (received) => {
        if (received) return;
        pong = setTimeout(() => {
          client.terminate();
        }, ms.pong);
      },
      pong: (received) => {
        if (received) clearTimeout(pong);
      },
      closed: () => {
        clearTimeout(pong);
      },
    },
  });
  return client;
}
