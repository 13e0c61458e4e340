import "./base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";

const root = document.querySelector("#page");
if (!root) throw new Error("index.html has no element #page");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
