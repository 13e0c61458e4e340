import { Eraser, Pencil, Plus, Search, Users } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { graphql, unmask } from "../../gql";
import { linkTo } from "../address";
import { Dialog } from "../controls/dialog";
import { plural, useFormat, useWords } from "../language";
import { usePlace } from "../place";
import { Actions, Trouble } from "./actions";
import { useChange } from "./change";
import { CustomerForm, UpsertCustomer } from "./customerform";
import { CustomerOfList, useCustomers, useSettled, type Customer } from "./customerlist";

const words = {
  en: {
    title: "Customers",
    lead: "The people whom the chatbot answers. Only an answer to a known, active customer is counted.",
    add: "Add customer",
    search: "Search by name, phone, e-mail or id",
    all: (count: string, n: number) => `${count} ${plural(n, "customer", "customers")}`,
    found: (count: string) => `${count} found`,
    searching: "Searching…",
    none: "No customer yet",
    noneText: "Add the people whom the chatbot answers, or let your flow add them with upsertCustomer.",
    noMatch: (search: string) => `Nobody matches “${search}”.`,
    clear: "Clear the search",
    failed: "The customers can't be shown now.",
    again: "Try again",
    away: "The server does not answer. Trying again…",
    more: "Show more",
    loading: "Loading…",
    moreFailed: "The rest did not come.",
    active: "Active",
    inactive: "Inactive",
    activeOf: (name: string) => `Chatbot active for ${name}`,
    edit: (name: string) => `Edit ${name}`,
    erase: (name: string) => `Erase the personal data of ${name}`,
    figures: (name: string) => `Figures of ${name}`,
    eraseTitle: (name: string) => `Erase the personal data of ${name}?`,
    eraseText: "Name, phone and e-mail address are erased from the database for good.",
    eraseKept: (id: string) => `What was counted stays, under the id ${id} alone, and answers under this id can still be counted.`,
    eraseButton: "Erase",
    erased: (id: string) => `The personal data of ${id} is erased.`,
  },
  it: {
    title: "Clienti",
    lead: "Le persone a cui risponde il chatbot. Si conta solo una risposta a un cliente conosciuto e attivo.",
    add: "Aggiungi cliente",
    search: "Cerca per nome, telefono, e-mail o id",
    all: (count: string, n: number) => `${count} ${plural(n, "cliente", "clienti")}`,
    found: (count: string) => `${count} trovati`,
    searching: "Ricerca…",
    none: "Ancora nessun cliente",
    noneText: "Aggiungi le persone a cui risponde il chatbot, oppure lascia che le aggiunga il tuo flusso con upsertCustomer.",
    noMatch: (search: string) => `Nessuno corrisponde a «${search}».`,
    clear: "Annulla la ricerca",
    failed: "I clienti non si possono mostrare ora.",
    again: "Riprova",
    away: "Il server non risponde. Nuovo tentativo…",
    more: "Mostra altri",
    loading: "Caricamento…",
    moreFailed: "Il resto non è arrivato.",
    active: "Attivo",
    inactive: "Non attivo",
    activeOf: (name: string) => `Chatbot attivo per ${name}`,
    edit: (name: string) => `Modifica ${name}`,
    erase: (name: string) => `Cancella i dati personali di ${name}`,
    figures: (name: string) => `Dati di ${name}`,
    eraseTitle: (name: string) => `Cancellare i dati personali di ${name}?`,
    eraseText: "Nome, telefono e indirizzo e-mail vengono cancellati dal database per sempre.",
    eraseKept: (id: string) => `Ciò che è stato contato resta, solo sotto l'id ${id}, e le risposte con questo id si possono ancora contare.`,
    eraseButton: "Cancella",
    erased: (id: string) => `I dati personali di ${id} sono cancellati.`,
  },
};

const EraseCustomer = graphql(`
  mutation EraseCustomer($workspaceId: ID!, $clientId: ID!) {
    eraseCustomer(workspaceId: $workspaceId, clientId: $clientId) {
      ...CustomerOfList
    }
  }
`);

/** What is done in a dialog, and to whom. */
type Doing = { what: "add" } | { what: "edit" | "erase"; customer: Customer };

export function Customers() {
  const t = useWords(words);
  const format = useFormat();
  const [text, setText] = useState("");
  const search = useSettled(text.trim());
  const list = useCustomers(search);
  const [doing, setDoing] = useState<Doing>();
  const [told, setTold] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const close = () => {
    setDoing(undefined);
  };
  const clear = () => {
    setText("");
    field.current?.focus();
  };
  const waiting = list.customers === undefined || list.stale || search !== text.trim();
  const add = (
    <button
      type="button"
      className="button primary"
      onClick={() => {
        setDoing({ what: "add" });
      }}
    >
      <Plus size={16} aria-hidden="true" />
      {t.add}
    </button>
  );
  const nobody = search === "" && list.customers?.length === 0 && !list.stale;
  return (
    <section className="card customers" aria-labelledby="customers">
      <header>
        <div>
          <h2 id="customers">{t.title}</h2>
          <p className="muted">{t.lead}</p>
        </div>
        {!nobody && add}
      </header>
      {nobody ? (
        <div className="nothing">
          <Users size={28} aria-hidden="true" />
          <h3>{t.none}</h3>
          <p>{t.noneText}</p>
          {add}
        </div>
      ) : (
        <>
          <div className="search">
            <Search size={16} aria-hidden="true" />
            <input
              ref={field}
              className="input"
              type="search"
              aria-label={t.search}
              placeholder={t.search}
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
              }}
            />
          </div>
          <p className="muted found" role="status">
            {list.customers === undefined ? "" : waiting ? t.searching : search === "" ? t.all(format.count(list.total), list.total) : t.found(format.count(list.total))}
          </p>
        </>
      )}
      <p role="status" className={told === "" ? "visually-hidden" : "notice"}>
        {told}
      </p>
      {list.problem !== undefined && (
        <div className="notice bad" role="alert">
          <span>{list.problem === "away" ? t.away : `${t.failed} ${list.message}`}</span>
          {list.problem !== "away" && (
            <button type="button" className="button" onClick={list.refresh}>
              {t.again}
            </button>
          )}
        </div>
      )}
      {list.customers === undefined && list.problem === undefined && (
        <div className="rows" role="status" aria-label={t.loading}>
          {Array.from({ length: 8 }, (_, index) => (
            <div key={index} className="skeleton" />
          ))}
        </div>
      )}
      {list.customers?.length === 0 && search !== "" && !waiting && (
        <div className="nothing">
          <p>{t.noMatch(search)}</p>
          <button type="button" className="button" onClick={clear}>
            {t.clear}
          </button>
        </div>
      )}
      {list.customers && list.customers.length > 0 && (
        <ul className={`rows ${waiting ? "waiting" : ""}`} aria-busy={waiting}>
          {list.customers.map((customer) => (
            <CustomerRow
              key={customer.clientId}
              of={customer}
              onChanged={list.put}
              onEdit={() => {
                setDoing({ what: "edit", customer });
              }}
              onErase={() => {
                setDoing({ what: "erase", customer });
              }}
            />
          ))}
        </ul>
      )}
      {list.next !== "" && !waiting && <More key={list.next} loading={list.loading} failed={list.failed} onMore={() => void list.more()} />}
      {(doing?.what === "add" || doing?.what === "edit") && (
        <CustomerForm
          of={doing.what === "edit" ? doing.customer : undefined}
          onClose={close}
          onSaved={(customer) => {
            close();
            setTold("");
            if (doing.what === "edit") list.put(customer);
            else {
              setText("");
              list.refresh();
            }
          }}
        />
      )}
      {doing?.what === "erase" && (
        <EraseDialog
          of={doing.customer}
          onClose={close}
          onErased={(customer) => {
            close();
            list.put(customer);
            setTold(t.erased(customer.clientId));
          }}
        />
      )}
    </section>
  );
}

interface RowProps {
  readonly of: Customer;
  readonly onChanged: (customer: Customer) => void;
  readonly onEdit: () => void;
  readonly onErase: () => void;
}

function CustomerRow({ of, onChanged, onEdit, onErase }: RowProps) {
  const t = useWords(words);
  const { workspace } = usePlace();
  const change = useChange(UpsertCustomer);
  // What was switched to, while the server has not answered.
  const [wanted, setWanted] = useState<boolean>();
  const active = wanted ?? of.activeChatbot;
  const name = of.name ?? of.clientId;
  const personal = of.name ?? of.phone ?? of.email;
  const flip = async () => {
    if (change.pending) return;
    setWanted(!active);
    const answer = await change.run({ workspaceId: workspace, input: { clientId: of.clientId, activeChatbot: !active } });
    if (answer) onChanged(unmask(CustomerOfList, answer.upsertCustomer));
    setWanted(undefined);
  };
  const trouble = change.beside();
  return (
    <li className="row customer-row">
      <div className="what">
        <a className="name" {...linkTo({ view: "client", client: of.clientId })} title={t.figures(name)}>
          {name}
        </a>
        {of.name !== null && <small className="muted">{of.clientId}</small>}
      </div>
      <div className="reach">
        {of.phone !== null && <span className="numbers">{of.phone}</span>}
        {of.email !== null && <span>{of.email}</span>}
      </div>
      <button type="button" role="switch" className="switch" aria-checked={active} aria-label={t.activeOf(name)} onClick={() => void flip()}>
        <span className="knob" aria-hidden="true" />
        <span className="word" aria-hidden="true">
          {active ? t.active : t.inactive}
        </span>
      </button>
      <div className="doings">
        <button type="button" className="button quiet icon" aria-label={t.edit(name)} title={t.edit(name)} onClick={onEdit}>
          <Pencil size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="button quiet icon"
          aria-label={t.erase(name)}
          title={t.erase(name)}
          aria-disabled={personal === null}
          onClick={() => {
            if (personal !== null) onErase();
          }}
        >
          <Eraser size={16} aria-hidden="true" />
        </button>
      </div>
      {trouble !== "" && (
        <div className="trouble" role="alert">
          {trouble}
        </div>
      )}
    </li>
  );
}

/** Asks for more as soon as it is seen; pressed, too. */
function More({ loading, failed, onMore }: { loading: boolean; failed: boolean; onMore: () => void }) {
  const t = useWords(words);
  const button = useRef<HTMLButtonElement>(null);
  const seen = useEffectEvent(onMore);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        observer.disconnect();
        seen();
      },
      { rootMargin: "400px" },
    );
    if (button.current) observer.observe(button.current);
    return () => {
      observer.disconnect();
    };
  }, []);
  return (
    <div className="more">
      {failed && <span role="alert">{t.moreFailed}</span>}
      <button ref={button} type="button" className="button" aria-disabled={loading} onClick={onMore}>
        {loading ? t.loading : failed ? t.again : t.more}
      </button>
    </div>
  );
}

function EraseDialog({ of, onClose, onErased }: { of: Customer; onClose: () => void; onErased: (customer: Customer) => void }) {
  const t = useWords(words);
  const { workspace } = usePlace();
  const erase = useChange(EraseCustomer);
  const confirm = async () => {
    const answer = await erase.run({ workspaceId: workspace, clientId: of.clientId });
    if (answer) onErased(unmask(CustomerOfList, answer.eraseCustomer));
  };
  return (
    <Dialog
      title={t.eraseTitle(of.name ?? of.clientId)}
      onClose={onClose}
      actions={<Actions danger label={t.eraseButton} pending={erase.pending} onCancel={onClose} onConfirm={() => void confirm()} />}
    >
      <p>{t.eraseText}</p>
      <p>{t.eraseKept(of.clientId)}</p>
      <Trouble text={erase.beside()} />
    </Dialog>
  );
}
