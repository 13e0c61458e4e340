import "./start.css";
import { openSession } from "../session";

const session = openSession();
document.querySelector("#signed-in")?.toggleAttribute("hidden", session.key === "");
for (const origin of document.querySelectorAll(".origin")) origin.textContent = location.origin;

for (const block of document.querySelectorAll("pre")) {
  const text = block.textContent;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(text).then(
      () => {
        button.textContent = "Copied";
      },
      () => {
        button.textContent = "Not allowed";
      },
    );
  });
  // A page that came by plain HTTP from another host has no clipboard.
  if (isSecureContext) block.append(button);
}
