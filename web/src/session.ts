// The key of this browser tab. It comes from the fragment of a link, which no
// browser sends to a server, or from a key box; it lives in sessionStorage
// and must never reach localStorage, a URL that is requested, or a log.

const keyItem = "contatore.key";
const workspaceItem = "contatore.workspace";

export interface Session {
  /** The API key's secret, "" where there is none. */
  readonly key: string;
  /** The workspace of the link that was opened last in this tab, "" where it named none. */
  readonly workspace: string;
}

/** Takes `#key=SECRET&workspace=ID` out of the address, or what this tab kept from before. */
export function openSession(): Session {
  // A plus in a fragment is a plus: only in a query string does it stand for a blank.
  const link = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
  const key = link.get("key");
  const workspace = link.get("workspace");
  if (key !== null || workspace !== null) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  if (key) keepKey(key);
  if (workspace) keepWorkspace(workspace);
  return {
    key: sessionStorage.getItem(keyItem) ?? "",
    workspace: sessionStorage.getItem(workspaceItem) ?? "",
  };
}

/** Keeps the key until the tab is closed; "" forgets it. */
export function keepKey(key: string): void {
  if (key === "") sessionStorage.removeItem(keyItem);
  else sessionStorage.setItem(keyItem, key);
}

/** Keeps the workspace that this tab looks at; "" forgets it. */
export function keepWorkspace(workspace: string): void {
  if (workspace === "") sessionStorage.removeItem(workspaceItem);
  else sessionStorage.setItem(workspaceItem, workspace);
}
