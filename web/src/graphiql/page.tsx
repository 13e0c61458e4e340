import { useMonaco } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useState, useSyncExternalStore } from "react";
import icon from "../icon.svg";
import type { Connection } from "./connection";
import { EditorOptions } from "./editors";
import { exampleTabs, openingTab } from "./examples";
import { Invitation } from "./invitation";
import { KeyBox } from "./keybox";
import { workspaceStorage } from "./storage";

export function Page({ connection }: { connection: Connection }) {
  const { key, workspace, standing } = useSyncExternalStore(connection.subscribe, connection.snapshot);
  return (
    <>
      <KeyBox value={key} standing={standing} onChange={connection.use}>
        <a className="brand" href="/">
          <img src={icon} alt="" width="28" height="28" />
          Contatore
        </a>
      </KeyBox>
      <Explorer key={workspace} connection={connection} workspace={workspace} />
    </>
  );
}

/** GraphiQL without its headers editor: its history would write a key typed there to localStorage. */
function Explorer({ connection, workspace }: { connection: Connection; workspace: string }) {
  const [opening] = useState(() => {
    const storage = workspaceStorage(workspace);
    const tabs = exampleTabs(workspace);
    return { storage, tabs, first: openingTab(storage, tabs) };
  });
  // Before its editors are there, GraphiQL would forget a run, and show the first tab's text in any tab.
  const ready = useMonaco((state) => Boolean(state.monaco));
  return (
    <main className="explorer" inert={!ready}>
      <GraphiQL
        fetcher={connection.fetcher}
        storage={opening.storage}
        defaultTabs={opening.tabs}
        initialQuery={opening.first?.query ?? undefined}
        initialVariables={opening.first?.variables ?? undefined}
        defaultEditorToolsVisibility="variables"
        isHeadersEditorEnabled={false}
        shouldPersistHeaders={false}
      >
        <GraphiQL.Logo>
          <span className="visually-hidden">GraphiQL</span>
        </GraphiQL.Logo>
        <GraphiQL.Footer>
          <Invitation />
        </GraphiQL.Footer>
        <EditorOptions />
      </GraphiQL>
    </main>
  );
}
