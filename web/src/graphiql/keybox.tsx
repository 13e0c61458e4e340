import { type ReactNode, useState } from "react";
import type { Standing } from "./connection";

interface Props {
  value: string;
  standing: Standing;
  onChange: (key: string) => void;
  children: ReactNode;
}

/** The bar with the key, and what is wrong with it. */
export function KeyBox({ value, standing, onChange, children }: Props) {
  const [shown, setShown] = useState(false);
  const problem = problems[standing.state];
  return (
    <header>
      <div className="bar">
        {children}
        <div className="key">
          <label htmlFor="key">API key</label>
          <input
            id="key"
            type={shown ? "text" : "password"}
            value={value}
            placeholder="paste a key"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            aria-invalid={standing.state === "refused"}
            aria-describedby="standing"
            onChange={(event) => {
              onChange(event.target.value);
            }}
          />
          <button
            type="button"
            aria-pressed={shown}
            aria-controls="key"
            onClick={() => {
              setShown(!shown);
            }}
          >
            {shown ? "Hide" : "Show"}
          </button>
        </div>
        {standing.state === "accepted" && (
          <span className="accepted">
            <b>{standing.role}</b> {standing.workspace ?? "all workspaces"}
          </span>
        )}
      </div>
      <p id="standing" className={standing.state} role="status" hidden={problem === undefined}>
        {problem}
      </p>
    </header>
  );
}

const problems: Partial<Record<Standing["state"], ReactNode>> = {
  missing: (
    <>
      <b>No API key yet.</b> Operations need one: paste it above, or open the link that <code>contatore serve --demo</code>{" "}
      prints. Documentation and completion work without.
    </>
  ),
  refused: (
    <>
      <b>The server refused this key (401).</b> It is unknown, expired or revoked; paste another, or make one with{" "}
      <code>contatore keys create</code>.
    </>
  ),
  away: (
    <>
      <b>The server can&rsquo;t check this key now.</b> Is <code>contatore serve</code> running, and its database with it? Operations
      will say more.
    </>
  ),
};
