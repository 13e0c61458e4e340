// What is shown in a workspace's place while there is none to show.

import { type ReactNode, useState } from "react";
import icon from "../../icon.svg";
import { go } from "../address";
import { useWords } from "../language";
import { NewWorkspace } from "../settings/newworkspace";
import { Preferences } from "../shell/preferences";
import { Switcher } from "../shell/switcher";
import "./signin.css";

const words = {
  en: {
    signOut: "Sign out",
    opening: "Opening…",
    away: "The server does not answer. Trying again…",
    failed: "This can't be opened",
    noWorkspace: "No workspace yet",
    noWorkspaceText: "A workspace holds one shop's customers, prices and counts.",
    noWorkspaceOthers: "This key sees no workspace. Ask whoever gave it to you.",
    create: "New workspace",
    missing: (id: string) => `There is no workspace “${id}”`,
    missingText: "It does not exist, or this key may not see it.",
    another: "Choose a workspace",
    tracks: "This key only counts",
    tracksText: "Its role is TRACK: flows send answers with it, but it reads nothing. The dashboard needs a key with role READ, MANAGE or ADMIN.",
  },
  it: {
    signOut: "Esci",
    opening: "Apertura…",
    away: "Il server non risponde. Nuovo tentativo…",
    failed: "Non si può aprire",
    noWorkspace: "Ancora nessuno spazio di lavoro",
    noWorkspaceText: "Uno spazio di lavoro contiene i clienti, i prezzi e i conteggi di un negozio.",
    noWorkspaceOthers: "Questa chiave non vede alcuno spazio di lavoro. Chiedi a chi te l'ha data.",
    create: "Nuovo spazio di lavoro",
    missing: (id: string) => `Lo spazio di lavoro “${id}” non c'è`,
    missingText: "Non esiste, oppure questa chiave non può vederlo.",
    another: "Scegli uno spazio di lavoro",
    tracks: "Questa chiave conta soltanto",
    tracksText: "Il suo ruolo è TRACK: i flussi la usano per inviare le risposte, ma non legge nulla. Alla dashboard serve una chiave con ruolo READ, MANAGE o ADMIN.",
  },
};

function Door({ title, children, onSignOut }: { title: string; children: ReactNode; onSignOut: () => void }) {
  const t = useWords(words);
  return (
    <div className="door">
      <header className="corner">
        <Preferences />
      </header>
      <main className="card">
        <h1>
          <img src={icon} alt="" width="36" height="36" />
          {title}
        </h1>
        {children}
        <div className="actions">
          <button type="button" className="button" onClick={onSignOut}>
            {t.signOut}
          </button>
        </div>
      </main>
    </div>
  );
}

/** Before the first answer, or where none comes. */
export function Opening({ away, problem, onSignOut }: { away: boolean; problem: string; onSignOut: () => void }) {
  const t = useWords(words);
  if (away || problem !== "") {
    return (
      <Door title={problem === "" ? "Contatore" : t.failed} onSignOut={onSignOut}>
        <p role="status">{problem === "" ? t.away : problem}</p>
      </Door>
    );
  }
  return (
    <main className="opening" aria-busy="true">
      <h1 className="visually-hidden">{t.opening}</h1>
      <div className="skeleton bar" />
      <div className="skeleton line" />
      <div className="skeleton sheet" />
    </main>
  );
}

export function NoWorkspace({ admin, onSignOut }: { admin: boolean; onSignOut: () => void }) {
  const t = useWords(words);
  const [creating, setCreating] = useState(false);
  return (
    <Door title={t.noWorkspace} onSignOut={onSignOut}>
      <p className="muted">{admin ? t.noWorkspaceText : t.noWorkspaceOthers}</p>
      {admin && (
        <button
          type="button"
          className="button primary"
          onClick={() => {
            setCreating(true);
          }}
        >
          {t.create}
        </button>
      )}
      {creating && (
        <NewWorkspace
          onClose={() => {
            setCreating(false);
          }}
          onCreated={(workspace) => {
            go({ workspace });
          }}
        />
      )}
    </Door>
  );
}

/** A workspace of others looks like one that does not exist. */
export function MissingWorkspace({ id, onSignOut }: { id: string; onSignOut: () => void }) {
  const t = useWords(words);
  return (
    <Door title={t.missing(id)} onSignOut={onSignOut}>
      <p className="muted">{t.missingText}</p>
      <Switcher label={t.another} />
    </Door>
  );
}

export function TracksOnly({ onSignOut }: { onSignOut: () => void }) {
  const t = useWords(words);
  return (
    <Door title={t.tracks} onSignOut={onSignOut}>
      <p className="muted">{t.tracksText}</p>
    </Door>
  );
}
