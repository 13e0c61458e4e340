import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./page.css";
import "./workers";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { openSession } from "../session";
import { Connection } from "./connection";
import { Page } from "./page";

const connection = new Connection(openSession());
addEventListener("hashchange", () => {
  connection.enter(openSession());
});

const root = document.querySelector("#page");
if (!root) throw new Error("graphiql.html has no element #page");
createRoot(root).render(
  <StrictMode>
    <Page connection={connection} />
  </StrictMode>,
);
