import { KeyRound } from "lucide-react";
import { useRef, useState } from "react";
import type { Role } from "../../gql/graphql";
import { useWords } from "../language";
import { usePlace } from "../place";
import { isLink, KeyList, useKeys, type Key } from "./keylist";
import { NewKey } from "./newkey";
import { Sheet } from "./sheet";

const words = {
  en: {
    title: "API keys",
    lead: "A key lets a flow or a person into this workspace. Its secret is shown once, when it is made.",
    create: "New key",
    empty: "No key holds for this workspace alone. Make one for the flow that counts the answers.",
    every: "Keys for every workspace",
    everyEmpty: "No such key beside the operator's own.",
    elsewhere: "Links that were shared are under Links.",
  },
  it: {
    title: "Chiavi API",
    lead: "Una chiave fa entrare un flusso o una persona in questo spazio di lavoro. Il suo segreto si vede una volta sola, quando viene creata.",
    create: "Nuova chiave",
    empty: "Nessuna chiave vale solo per questo spazio di lavoro. Creane una per il flusso che conta le risposte.",
    every: "Chiavi per ogni spazio di lavoro",
    everyEmpty: "Nessuna, oltre a quella di chi gestisce il server.",
    elsewhere: "I link condivisi sono nella scheda Link.",
  },
};

export function Keys() {
  const t = useWords(words);
  const { workspace, only } = usePlace();
  const list = useKeys(workspace);
  const heading = useRef<HTMLHeadingElement>(null);
  const [creating, setCreating] = useState(false);
  const [everyOpen, setEveryOpen] = useState(false);
  return (
    <>
      <Sheet
        id="keys"
        title={t.title}
        lead={t.lead}
        heading={heading}
        create={t.create}
        onCreate={() => {
          setCreating(true);
        }}
      >
        <KeyList
          list={list}
          shown={(key) => !isLink(key)}
          tags={roleTag}
          heading={heading}
          empty={
            <>
              <KeyRound size={28} aria-hidden="true" />
              <p>{t.empty}</p>
            </>
          }
        />
        {list.keys?.some(isLink) && <p className="muted aside">{t.elsewhere}</p>}
      </Sheet>
      {only === null && (
        <details
          className="card every"
          onToggle={(event) => {
            setEveryOpen(event.currentTarget.open);
          }}
        >
          <summary>{t.every}</summary>
          {everyOpen && <EveryKeys empty={t.everyEmpty} />}
        </details>
      )}
      {creating && (
        <NewKey
          onClose={() => {
            setCreating(false);
          }}
        />
      )}
    </>
  );
}

/** The keys that hold for every workspace: asked for only when somebody looks. */
function EveryKeys({ empty }: { empty: string }) {
  const list = useKeys(null);
  const box = useRef<HTMLDivElement>(null);
  return (
    <div ref={box} tabIndex={-1}>
      <KeyList list={list} shown={() => true} tags={roleTag} heading={box} empty={<p>{empty}</p>} />
    </div>
  );
}

function roleTag({ role }: Key) {
  return <RoleTag role={role} />;
}

function RoleTag({ role }: { role: Role }) {
  return <span className="tag">{role}</span>;
}
