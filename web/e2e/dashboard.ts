// What tests of the pages share: a watch over the page, the API for what it is
// compared with, and workspaces that belong to one test alone.

import { expect, type Page } from "@playwright/test";
import { test as withServer, type Server } from "./server";

interface Watch {
  /** Every address asked for, by the page and its workers; those of WebSockets begin with http too. */
  readonly requests: string[];
  /** What the browser's console called an error, policy violations among it. */
  readonly complaints: string[];
}

/** Tests with a server, and a watch over the page where they ask for it. */
export const test = withServer.extend<{ watch: Watch }>({
  watch: async ({ page, server }, provide) => {
    const watch: Watch = { requests: [], complaints: [] };
    // There is no network but the server.
    await page.context().route(
      (address) => address.origin !== server.url,
      (route) => route.abort(),
    );
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        console.error("Content Security Policy", violatedDirective, blockedURI);
      });
    });
    page.on("request", (request) => watch.requests.push(request.url()));
    page.on("websocket", (socket) => watch.requests.push(socket.url().replace(/^ws/, "http")));
    page.on("pageerror", (error) => watch.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || /content security policy/i.test(message.text())) watch.complaints.push(message.text());
    });
    await provide(watch);
  },
});

/** Asks the API, with the key of role ADMIN where no other is given; an error of GraphQL is thrown. */
export async function api<Data>(server: Server, query: string, variables: object = {}, key = server.key): Promise<Data> {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

interface Usage {
  readonly workspace: string;
  /** The customer, "anna" by default. */
  readonly client?: string;
  /** A text where a number would lose digits. */
  readonly price?: number | string;
  readonly kind?: string;
  readonly model?: string;
  readonly occurredAt?: string;
}

/** Counts an answer and gives its id. */
export async function track(server: Server, { workspace, client = "anna", ...usage }: Usage, key?: string): Promise<string> {
  const { trackUsage } = await api<{ trackUsage: { tracked: boolean; message: string | null; usage: { id: string } | null } }>(
    server,
    "mutation ($input: TrackUsageInput!) { trackUsage(input: $input) { tracked message usage { id } } }",
    { input: { workspaceId: workspace, clientId: client, ...usage } },
    key,
  );
  if (!trackUsage.usage) throw new Error(`Not tracked: ${String(trackUsage.message)}`);
  return trackUsage.usage.id;
}

/** A workspace of the test's own, with the customers Anna and Bruno and without usage; gives its id. */
export async function openShop(server: Server, input: { id?: string; name?: string; currency?: string; timeZone?: string } = {}): Promise<string> {
  const { createWorkspace } = await api<{ createWorkspace: { id: string } }>(server, "mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { id } }", {
    input: { name: "A shop of one test", ...input },
  });
  await api(
    server,
    `mutation ($shop: ID!) {
      anna: upsertCustomer(workspaceId: $shop, input: { clientId: "anna", name: "Anna Alba", phone: "+393330000001" }) { id }
      bruno: upsertCustomer(workspaceId: $shop, input: { clientId: "bruno", name: "Bruno Bosco", phone: "+393330000002" }) { id }
    }`,
    { shop: createWorkspace.id },
  );
  return createWorkspace.id;
}

/** A key of a workspace, and its id. */
export async function createKey(server: Server, input: { name?: string; role: "MANAGE" | "READ" | "TRACK"; workspaceId?: string }): Promise<{ id: string; secret: string }> {
  const { createApiKey } = await api<{ createApiKey: { id: string; secret: string } }>(
    server,
    "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { id secret } }",
    { input: { name: "A key of one test", ...input } },
  );
  return createApiKey;
}

interface Place {
  /** The workspace; "workspace-123" with the sample data by default, "" for none. */
  readonly workspace?: string;
  /** The key; the server's own by default. */
  readonly key?: string;
  /** More of the query string, such as "range=7d&view=settings". */
  readonly search?: string;
}

/** Opens the dashboard by a link, and waits until it stands there. */
export async function openDashboard(page: Page, server: Server, { workspace = "workspace-123", key = server.key, search = "" }: Place = {}): Promise<void> {
  const query = new URLSearchParams(search);
  if (workspace !== "") query.set("workspace", workspace);
  await page.goto(`${server.url}/?${query}#key=${key}`);
  await expect(page.locator("#figures")).toBeVisible();
}
