import { useState } from "react";
import { useClient } from "urql";
import { graphql, unmask } from "../../gql";
import { Dialog } from "../controls/dialog";
import { Field } from "../controls/field";
import { useWords } from "../language";
import { usePlace } from "../place";
import { Actions, Trouble } from "./actions";
import { useChange } from "./change";
import { CustomerOfList, type Customer } from "./customerlist";

const words = {
  en: {
    add: "Add customer",
    edit: (name: string) => `Edit ${name}`,
    id: "Id",
    idHint: "How your flow names this customer: 1 to 64 of A-Z a-z 0-9 . _ : - @ +. Left empty, the server makes one.",
    known: "There is a customer of this id already.",
    faults: {
      clientId: { INVALID: "An id is 1 to 64 of A-Z a-z 0-9 . _ : - @ +, without blanks." },
      name: {},
      phone: {
        INVALID: "This is no phone number: write it with its country code, such as +39 333 123 4567.",
        CONFLICT: "Another customer has this phone: search for it to see who.",
      },
      email: { INVALID: "This is no e-mail address: write one such as ada@example.org." },
    },
    name: "Name",
    phone: "Phone",
    phoneHint: "With its country code, such as +39 333 123 4567.",
    email: "E-mail",
    active: "The chatbot answers this customer",
    activeHint: "Switched off, answers are not counted.",
    kept: "It can be replaced, not emptied: only erasing takes name, phone and e-mail away, all at once.",
    nothing: "Give at least an id, a name, a phone or an e-mail address.",
    save: "Save",
  },
  it: {
    add: "Aggiungi cliente",
    edit: (name: string) => `Modifica ${name}`,
    id: "Id",
    idHint: "Come il tuo flusso chiama questo cliente: da 1 a 64 tra A-Z a-z 0-9 . _ : - @ +. Se è vuoto, lo crea il server.",
    known: "C'è già un cliente con questo id.",
    faults: {
      clientId: { INVALID: "Un id è da 1 a 64 tra A-Z a-z 0-9 . _ : - @ +, senza spazi." },
      name: {},
      phone: {
        INVALID: "Questo non è un numero di telefono: scrivilo con il prefisso internazionale, per esempio +39 333 123 4567.",
        CONFLICT: "Un altro cliente ha questo telefono: cercalo per vedere chi è.",
      },
      email: { INVALID: "Questo non è un indirizzo e-mail: scrivine uno come ada@example.org." },
    },
    name: "Nome",
    phone: "Telefono",
    phoneHint: "Con il prefisso internazionale, per esempio +39 333 123 4567.",
    email: "E-mail",
    active: "Il chatbot risponde a questo cliente",
    activeHint: "Se è spento, le risposte non vengono contate.",
    kept: "Si può sostituire, non svuotare: solo la cancellazione toglie nome, telefono ed e-mail, tutti insieme.",
    nothing: "Indica almeno un id, un nome, un telefono o un indirizzo e-mail.",
    save: "Salva",
  },
};

export const UpsertCustomer = graphql(`
  mutation UpsertCustomer($workspaceId: ID!, $input: CustomerInput!) {
    upsertCustomer(workspaceId: $workspaceId, input: $input) {
      ...CustomerOfList
    }
  }
`);

const KnownCustomer = graphql(`
  query KnownCustomer($where: CustomerWhereInput!) {
    customers(first: 1, where: $where) {
      edges {
        node {
          clientId
        }
      }
    }
  }
`);

const texts = ["name", "phone", "email"] as const;

/** Adds a customer, or changes one. */
export function CustomerForm({ of, onClose, onSaved }: { of: Customer | undefined; onClose: () => void; onSaved: (customer: Customer) => void }) {
  const t = useWords(words);
  const { workspace } = usePlace();
  const client = useClient();
  const save = useChange(UpsertCustomer);
  const before = { name: of?.name ?? "", phone: of?.phone ?? "", email: of?.email ?? "" };
  const [id, setId] = useState("");
  const [values, setValues] = useState(before);
  const [active, setActive] = useState(of?.activeChatbot ?? true);
  // An id of its own for who is added without one: without any, upsertCustomer
  // would change whoever has the phone. Kept, so that a repeat adds nobody twice.
  const [made] = useState(newId);
  const [judged, setJudged] = useState(false);
  const [known, setKnown] = useState("");
  const [looking, setLooking] = useState(false);
  const pending = save.pending || looking;

  const typed = id.trim();
  const emptied = texts.filter((name) => before[name] !== "" && values[name].trim() === "");
  const nothing = !of && typed === "" && texts.every((name) => values[name].trim() === "");
  const faultOf = (name: (typeof texts)[number]) => (judged && emptied.includes(name) ? t.kept : save.at(name, t.faults[name]));

  const submit = async () => {
    if (pending) return;
    setJudged(true);
    if (emptied.length > 0 || nothing) return;
    if (!of && typed !== "") {
      setLooking(true);
      const { data } = await client.query(KnownCustomer, { where: { workspaceId: workspace, clientId: typed } }).toPromise();
      setLooking(false);
      if (data?.customers.edges?.[0]) {
        setKnown(typed);
        return;
      }
    }
    const changed = Object.fromEntries(texts.map((name) => [name, values[name].trim()] as const).filter(([name, value]) => value !== before[name]));
    const switched = active === of?.activeChatbot ? {} : { activeChatbot: active };
    const answer = await save.run({ workspaceId: workspace, input: { clientId: of?.clientId ?? (typed || made), ...changed, ...switched } });
    if (answer) onSaved(unmask(CustomerOfList, answer.upsertCustomer));
  };

  const line = (name: (typeof texts)[number], input: React.InputHTMLAttributes<HTMLInputElement>, hint?: string) => (
    <Field label={t[name]} hint={hint} fault={faultOf(name)}>
      {(control) => (
        <input
          {...control}
          {...input}
          className="input"
          autoComplete="off"
          value={values[name]}
          onChange={(event) => {
            setValues({ ...values, [name]: event.target.value });
          }}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      title={of ? t.edit(of.name ?? of.clientId) : t.add}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={<Actions label={of ? t.save : t.add} pending={pending} onCancel={onClose} />}
    >
      {line("name", { maxLength: 200 })}
      {line("phone", { type: "tel" }, t.phoneHint)}
      {line("email", { type: "email", maxLength: 200 })}
      {of ? (
        <p className="muted">
          {t.id}: <span className="identifier">{of.clientId}</span>
        </p>
      ) : (
        <Field label={t.id} hint={t.idHint} fault={typed !== "" && typed === known ? t.known : save.at("clientId", t.faults.clientId)}>
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
      )}
      <label className="check">
        <input
          type="checkbox"
          checked={active}
          onChange={(event) => {
            setActive(event.target.checked);
          }}
        />
        <span>
          {t.active}
          <small className="muted">{t.activeHint}</small>
        </span>
      </label>
      <Trouble text={judged && nothing ? t.nothing : save.beside("clientId", ...texts)} />
    </Dialog>
  );
}

/** A UUIDv7, as the server makes them: the time in milliseconds, then chance. */
function newId(): string {
  const chance = crypto.getRandomValues(new Uint8Array(10));
  const hex = Date.now().toString(16).padStart(12, "0") + [...chance].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = (8 + (parseInt(hex.charAt(16), 16) % 4)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
