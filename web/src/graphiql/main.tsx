import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./page.css";
import "./workers";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { openSession, type Session } from "../session";
import { Connection } from "./connection";
import { Page } from "./page";

/** The tab's session; the examples ask about the sample workspace where no link named another. */
function session(): Session {
  const { key, workspace } = openSession();
  return { key, workspace: workspace || "workspace-123" };
}

const connection = new Connection(session());
addEventListener("hashchange", () => {
  connection.enter(session());
});

const root = document.querySelector("#page");
if (!root) throw new Error("graphiql.html has no element #page");
createRoot(root).render(
  <StrictMode>
    <Page connection={connection} />
  </StrictMode>,
);
