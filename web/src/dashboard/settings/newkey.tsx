import { useState } from "react";
import { graphql } from "../../gql";
import type { Role } from "../../gql/graphql";
import { Dialog } from "../controls/dialog";
import { Field } from "../controls/field";
import { useWords } from "../language";
import { usePlace } from "../place";
import { Actions, Trouble } from "./actions";
import { useChange } from "./change";
import { ExpiryFields, expiryInput, type Expiry, type Term } from "./expiry";
import { tellKeyLists } from "./keylist";
import { Secret } from "./secret";

const words = {
  en: {
    title: "New API key",
    made: (name: string) => `The key “${name}”`,
    name: "Name",
    nameHint: "Who or what uses it, such as “N8N flow”: you find it by this name when you want to revoke it.",
    nameMissing: "Give it a name.",
    role: "What it may do",
    roles: {
      TRACK: "Counts answers and takes them back, adds customers. Reads no figures: for flows such as N8N.",
      READ: "Sees figures and records, changes nothing: for reports, and for people who only look.",
      MANAGE: "Everything in the workspace: settings, customers and keys too.",
      ADMIN: "Everything in every workspace, and makes new ones. For the operator.",
    },
    scope: "Where it holds",
    here: (name: string) => `Only in ${name}`,
    every: "In every workspace",
    create: "Create key",
    secret: "Secret",
    warning: "Copy it now and keep it safe: it is not shown again. If it is lost, revoke this key and make another.",
    done: "Done",
  },
  it: {
    title: "Nuova chiave API",
    made: (name: string) => `La chiave «${name}»`,
    name: "Nome",
    nameHint: "Chi o che cosa la usa, per esempio «Flusso N8N»: la ritrovi con questo nome quando vuoi revocarla.",
    nameMissing: "Dalle un nome.",
    role: "Che cosa può fare",
    roles: {
      TRACK: "Conta le risposte e le annulla, aggiunge clienti. Non legge dati: per i flussi come N8N.",
      READ: "Vede dati e registri, non cambia nulla: per i report e per chi guarda soltanto.",
      MANAGE: "Tutto nello spazio di lavoro: anche impostazioni, clienti e chiavi.",
      ADMIN: "Tutto in ogni spazio di lavoro, e ne crea di nuovi. Per chi gestisce il server.",
    },
    scope: "Dove vale",
    here: (name: string) => `Solo in ${name}`,
    every: "In ogni spazio di lavoro",
    create: "Crea chiave",
    secret: "Segreto",
    warning: "Copialo ora e conservalo al sicuro: non si vedrà più. Se va perso, revoca questa chiave e creane un'altra.",
    done: "Fatto",
  },
};

export const CreateKey = graphql(`
  mutation CreateKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      id
      secret
    }
  }
`);

const expiries: readonly Term[] = ["never", "30", "365", "own"];

export function NewKey({ onClose }: { onClose: () => void }) {
  const t = useWords(words);
  const place = usePlace();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("TRACK");
  const [every, setEvery] = useState(false);
  const [expiry, setExpiry] = useState<Expiry>({ term: "never", day: "" });
  const [judged, setJudged] = useState(false);
  const [secret, setSecret] = useState("");
  const create = useChange(CreateKey);
  const roles: Role[] = ["TRACK", "READ", "MANAGE"];
  if (every && place.role === "ADMIN") roles.push("ADMIN");
  const called = name.trim();

  const submit = async () => {
    if (create.pending) return;
    setJudged(true);
    const expiresAt = expiryInput(expiry, place.timeZone);
    if (called === "" || expiresAt === undefined) return;
    const answer = await create.run({ input: { name: called, role, workspaceId: every ? null : place.workspace, expiresAt } });
    if (!answer) return;
    setSecret(answer.createApiKey.secret);
    tellKeyLists();
  };

  if (secret !== "") {
    return (
      <Dialog
        title={t.made(called)}
        onClose={onClose}
        actions={
          <button type="button" className="button" onClick={onClose}>
            {t.done}
          </button>
        }
      >
        <Secret label={t.secret} text={secret} warning={t.warning} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t.title}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={<Actions label={t.create} pending={create.pending} onCancel={onClose} />}
    >
      <Field label={t.name} hint={t.nameHint} fault={judged && called === "" ? t.nameMissing : create.at("name")}>
        {(control) => (
          <input
            {...control}
            className="input"
            autoComplete="off"
            maxLength={200}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        )}
      </Field>
      {place.only === null && (
        <Field label={t.scope}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={every ? "every" : "here"}
              onChange={(event) => {
                setEvery(event.target.value === "every");
                if (role === "ADMIN") setRole("TRACK");
              }}
            >
              <option value="here">{t.here(place.name)}</option>
              <option value="every">{t.every}</option>
            </select>
          )}
        </Field>
      )}
      <fieldset className="roles">
        <legend>{t.role}</legend>
        {roles.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="role"
              checked={each === role}
              onChange={() => {
                setRole(each);
              }}
            />
            <span>
              <b>{each}</b>
              <small className="muted">{t.roles[each]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <ExpiryFields of={expiries} value={expiry} onChange={setExpiry} judged={judged} at={create.at} />
      <Trouble text={create.beside("name", "expiresAt")} />
    </Dialog>
  );
}
