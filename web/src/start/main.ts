import "./start.css";
import { openSession } from "../session";

const session = openSession();
document.querySelector("#signed-in")?.toggleAttribute("hidden", session.key === "");
for (const origin of document.querySelectorAll(".origin")) origin.textContent = location.origin;
