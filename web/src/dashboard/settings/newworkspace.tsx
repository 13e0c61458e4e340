import { useState } from "react";
import { graphql } from "../../gql";
import { Dialog } from "../controls/dialog";
import { Field } from "../controls/field";
import { useFormat, useLanguage, useWords } from "../language";
import { Actions, Trouble } from "./actions";
import { useChange } from "./change";
import { currencies, currencyName, ownTimeZone, timeZones } from "./zone";

const words = {
  en: {
    title: "New workspace",
    name: "Name",
    nameHint: "The shop's, for instance.",
    nameMissing: "Give it a name.",
    currency: "Currency",
    currencyHint: "Fixed once usage is counted.",
    timeZone: "Time zone",
    timeZoneHint: "Where its days begin and end.",
    id: "Id",
    idHint: "How flows name it: 1 to 64 of A-Z a-z 0-9 . _ : - Left empty, the server makes one.",
    create: "Create workspace",
    faults: {
      currency: { INVALID: "This currency is no longer in use." },
      id: { INVALID: "An id is 1 to 64 of A-Z a-z 0-9 . _ : - without blanks.", CONFLICT: "There is a workspace of this id already." },
    },
  },
  it: {
    title: "Nuovo spazio di lavoro",
    name: "Nome",
    nameHint: "Per esempio quello del negozio.",
    nameMissing: "Dagli un nome.",
    currency: "Valuta",
    currencyHint: "Non cambia più dopo il primo conteggio.",
    timeZone: "Fuso orario",
    timeZoneHint: "Dove iniziano e finiscono i suoi giorni.",
    id: "Id",
    idHint: "Come lo chiamano i flussi: da 1 a 64 tra A-Z a-z 0-9 . _ : - Se è vuoto, lo crea il server.",
    create: "Crea spazio di lavoro",
    faults: {
      currency: { INVALID: "Questa valuta non è più in uso." },
      id: { INVALID: "Un id è da 1 a 64 tra A-Z a-z 0-9 . _ : - senza spazi.", CONFLICT: "C'è già uno spazio di lavoro con questo id." },
    },
  },
};

const CreateWorkspace = graphql(`
  mutation CreateWorkspace($input: CreateWorkspaceInput!) {
    createWorkspace(input: $input) {
      id
    }
  }
`);

/** Makes a workspace, for ADMIN. */
export function NewWorkspace({ onClose, onCreated }: { onClose: () => void; onCreated: (id: string) => void }) {
  const t = useWords(words);
  const { locale } = useFormat();
  const { language } = useLanguage();
  const create = useChange(CreateWorkspace);
  const [name, setName] = useState("");
  const [id, setId] = useState("");
  const [currency, setCurrency] = useState("EUR");
  const [timeZone, setTimeZone] = useState(ownTimeZone);
  const [judged, setJudged] = useState(false);
  const called = name.trim();

  const submit = async () => {
    if (create.pending) return;
    setJudged(true);
    if (called === "") return;
    const answer = await create.run({ input: { id: id.trim() || null, name: called, currency, timeZone, language } });
    if (answer) onCreated(answer.createWorkspace.id);
  };
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
      <Field label={t.currency} hint={t.currencyHint} fault={create.at("currency", t.faults.currency)}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={currency}
            onChange={(event) => {
              setCurrency(event.target.value);
            }}
          >
            {currencies().map((code) => (
              <option key={code} value={code}>
                {code} – {currencyName(code, locale)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t.timeZone} hint={t.timeZoneHint} fault={create.at("timeZone")}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={timeZone}
            onChange={(event) => {
              setTimeZone(event.target.value);
            }}
          >
            {timeZones().map((zone) => (
              <option key={zone} value={zone}>
                {zone.replaceAll("_", " ")}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t.id} hint={t.idHint} fault={create.at("id", t.faults.id)}>
        {(control) => (
          <input
            {...control}
            className="input"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={64}
            value={id}
            onChange={(event) => {
              setId(event.target.value);
            }}
          />
        )}
      </Field>
      <Trouble text={create.beside("name", "currency", "timeZone", "id")} />
    </Dialog>
  );
}
