import type { Storage } from "@graphiql/toolkit";

export interface Tab {
  query: string | null;
  variables: string | null;
}

const operations = import.meta.glob<string>("./examples/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("./examples/*.json", { query: "?raw", import: "default", eager: true });

/** The example operations in the order of their files' names, about this workspace. */
export function exampleTabs(workspace: string): Tab[] {
  return Object.entries(operations).map(([path, query]) => {
    const values = variables[path.replace(/graphql$/, "json")];
    return { query, variables: values ? about(workspace, values) : null };
  });
}

/** The JSON text with every workspaceId in it replaced. */
function about(workspace: string, values: string): string {
  const filled: unknown = JSON.parse(values, (name, value: unknown) => (name === "workspaceId" ? workspace : value));
  return JSON.stringify(filled, null, 2);
}

/**
 * The tab that GraphiQL will open with. It has to be told: by itself it opens
 * the first of its default tabs, and any stored tab but the last edited, with
 * no variables.
 */
export function openingTab(storage: Storage, examples: Tab[]): Tab | undefined {
  try {
    const stored = JSON.parse(storage.getItem("graphiql:tabState") ?? "") as { tabs: Tab[]; activeTabIndex: number };
    return stored.tabs[stored.activeTabIndex];
  } catch {
    return examples[0];
  }
}
