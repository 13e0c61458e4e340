// Links that open a workspace to be looked at: READ keys of one workspace that
// expire, told from other keys by their name.

import { Link2 } from "lucide-react";
import { useRef, useState } from "react";
import { linkTo } from "../address";
import { Dialog } from "../controls/dialog";
import { Field } from "../controls/field";
import { useWords } from "../language";
import { usePlace } from "../place";
import { Actions, Trouble } from "./actions";
import { useChange } from "./change";
import { ExpiryFields, expiryInput, type Expiry, type Term } from "./expiry";
import { isLink, KeyList, linkName, tellKeyLists, useKeys } from "./keylist";
import { CreateKey } from "./newkey";
import { Secret } from "./secret";
import { Sheet } from "./sheet";
import "./settings.css";

const words = {
  en: {
    title: "Links",
    lead: "Whoever has a link sees the figures and customers of this workspace until it expires, and can change nothing.",
    create: "New link",
    empty: "No link is open now. Share one with the shop whose chatbot this is.",
    dialog: (workspace: string) => `Share ${workspace}`,
    made: "The link is ready",
    explained: "A link opens this dashboard without signing in, to look only: no settings, no other workspace.",
    name: "For whom",
    nameHint: "A name to find the link by when you want to revoke it.",
    nameMissing: "Say for whom it is.",
    submit: "Create link",
    link: "Link",
    warning: "Copy it now: it is not shown again. Treat it like a password, for it opens the dashboard to whoever has it.",
    list: "See all links",
    done: "Done",
  },
  it: {
    title: "Link",
    lead: "Chi ha un link vede i dati e i clienti di questo spazio di lavoro finché non scade, e non può cambiare nulla.",
    create: "Nuovo link",
    empty: "Ora nessun link è aperto. Condividine uno con il negozio a cui appartiene il chatbot.",
    dialog: (workspace: string) => `Condividi ${workspace}`,
    made: "Il link è pronto",
    explained: "Un link apre questa dashboard senza chiave, solo per guardare: niente impostazioni, nessun altro spazio di lavoro.",
    name: "Per chi",
    nameHint: "Un nome per ritrovare il link quando vuoi revocarlo.",
    nameMissing: "Scrivi per chi è.",
    submit: "Crea link",
    link: "Link",
    warning: "Copialo ora: non si vedrà più. Trattalo come una password, perché apre la dashboard a chiunque lo abbia.",
    list: "Vedi tutti i link",
    done: "Fatto",
  },
};

export function Links() {
  const t = useWords(words);
  const { workspace } = usePlace();
  const list = useKeys(workspace);
  const heading = useRef<HTMLHeadingElement>(null);
  const [sharing, setSharing] = useState(false);
  return (
    <Sheet
      id="links"
      title={t.title}
      lead={t.lead}
      heading={heading}
      create={t.create}
      onCreate={() => {
        setSharing(true);
      }}
    >
      <KeyList
        list={list}
        shown={isLink}
        heading={heading}
        empty={
          <>
            <Link2 size={28} aria-hidden="true" />
            <p>{t.empty}</p>
          </>
        }
      />
      {sharing && (
        <ShareDialog
          onClose={() => {
            setSharing(false);
          }}
        />
      )}
    </Sheet>
  );
}

const expiries: readonly Term[] = ["7", "30", "90", "365", "own"];

/** Makes a link and shows it once. */
export function ShareDialog({ onClose }: { onClose: () => void }) {
  const t = useWords(words);
  const place = usePlace();
  const [name, setName] = useState("");
  const [expiry, setExpiry] = useState<Expiry>({ term: "30", day: "" });
  const [judged, setJudged] = useState(false);
  const [secret, setSecret] = useState("");
  const create = useChange(CreateKey);
  const called = name.trim();

  const submit = async () => {
    if (create.pending) return;
    setJudged(true);
    const expiresAt = expiryInput(expiry, place.timeZone);
    if (called === "" || expiresAt === undefined) return;
    const answer = await create.run({ input: { name: linkName(called), role: "READ", workspaceId: place.workspace, expiresAt } });
    if (!answer) return;
    setSecret(answer.createApiKey.secret);
    tellKeyLists();
  };

  if (secret !== "") {
    const toList = linkTo({ view: "settings", tab: "links" });
    return (
      <Dialog
        title={t.made}
        onClose={onClose}
        actions={
          <>
            <a
              className="button quiet"
              href={toList.href}
              onClick={(event) => {
                toList.onClick(event);
                onClose();
              }}
            >
              {t.list}
            </a>
            <button type="button" className="button" onClick={onClose}>
              {t.done}
            </button>
          </>
        }
      >
        <Secret label={t.link} text={`${location.origin}/#key=${encodeURIComponent(secret)}&workspace=${encodeURIComponent(place.workspace)}`} warning={t.warning} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t.dialog(place.name)}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={<Actions label={t.submit} pending={create.pending} onCancel={onClose} />}
    >
      <p className="muted">{t.explained}</p>
      <Field label={t.name} hint={t.nameHint} fault={judged && called === "" ? t.nameMissing : create.at("name")}>
        {(control) => (
          <input
            {...control}
            className="input"
            autoComplete="off"
            // With its mark, the longest name of a key.
            maxLength={200 - linkName("").length}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        )}
      </Field>
      <ExpiryFields of={expiries} value={expiry} onChange={setExpiry} judged={judged} at={create.at} />
      <Trouble text={create.beside("name", "expiresAt")} />
    </Dialog>
  );
}
