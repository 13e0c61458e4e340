// The page of a workspace in which nothing was counted yet: how to count the
// first answer, with everything filled in that is known.

import { Check, KeyRound, UserPlus } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { graphql } from "../../gql";
import { linkTo } from "../address";
import { useAnswer } from "../answer";
import { CopyButton } from "../controls/copy";
import { Field } from "../controls/field";
import { useWords } from "../language";
import { useLive } from "../live";
import { mayManage, usePlace } from "../place";
import "./welcome.css";

const words = {
  en: {
    title: "Count the first answer",
    intro: (name: string) => `Nothing was counted in ${name} yet. Three steps, and this page turns into the dashboard by itself.`,
    waiting: "Waiting for the first answer…",
    customer: "Add a customer",
    customerText: "Answers count for a customer: the one who wrote to the chatbot. The phone number is enough.",
    customerDone: (id: string) => `There is one: ${id}. The lines below count for it.`,
    addCustomer: "Add a customer",
    askCustomer: "Whoever manages this workspace can add one.",
    key: "Create a key that counts",
    keyText: "A key with the role TRACK counts answers and reads nothing, so it can live in a flow.",
    keyDone: (name: string) => `There is one: ${name}.`,
    createKey: "Create a key",
    askKey: "Whoever manages this workspace can create one.",
    secret: "The key's secret",
    secretHint: "Fills in the lines below. It stays on this page and is kept nowhere.",
    placeholder: "YOUR_TRACK_KEY",
    send: "Send an answer",
    shell: "From a terminal",
    shellText: "Sent again, it counts no second time: the idempotencyKey is the same.",
    n8n: "From N8N",
    n8nText: "Put an HTTP Request node after the one that has the answer. Copy it whole and paste it onto the canvas, or fill in its fields.",
    node: "The node, to paste onto the canvas",
    docker: "From N8N in Docker, “localhost” is the container itself: there the URL is",
    fields: "Its fields",
    method: "Method",
    url: "URL",
    header: "Header’s name",
    value: "Header’s value",
    body: "JSON body (an expression)",
    yours: "$json.from, $json.answer and $json.messageId are fields of your own flow: the customer’s phone, the answer, the message’s id.",
    nodeName: "Count the answer",
    answer: "Hello! We are open until 7 pm.",
  },
  it: {
    title: "Conta la prima risposta",
    intro: (name: string) => `In ${name} non è stato ancora contato nulla. Tre passi, e questa pagina diventa la dashboard da sola.`,
    waiting: "In attesa della prima risposta…",
    customer: "Aggiungi un cliente",
    customerText: "Le risposte si contano per un cliente: chi ha scritto al chatbot. Basta il numero di telefono.",
    customerDone: (id: string) => `Ce n'è uno: ${id}. Le righe qui sotto contano per lui.`,
    addCustomer: "Aggiungi un cliente",
    askCustomer: "Può aggiungerlo chi gestisce questo spazio di lavoro.",
    key: "Crea una chiave che conta",
    keyText: "Una chiave con il ruolo TRACK conta le risposte e non legge nulla: può stare in un flusso.",
    keyDone: (name: string) => `Ce n'è una: ${name}.`,
    createKey: "Crea una chiave",
    askKey: "Può crearla chi gestisce questo spazio di lavoro.",
    secret: "Il segreto della chiave",
    secretHint: "Completa le righe qui sotto. Resta in questa pagina e non viene conservato.",
    placeholder: "LA_TUA_CHIAVE",
    send: "Invia una risposta",
    shell: "Da un terminale",
    shellText: "Inviata di nuovo non conta una seconda volta: l'idempotencyKey è la stessa.",
    n8n: "Da N8N",
    n8nText: "Metti un nodo HTTP Request dopo quello che ha la risposta. Copialo intero e incollalo sul canvas, oppure compila i suoi campi.",
    node: "Il nodo, da incollare sul canvas",
    docker: "Da N8N in Docker, «localhost» è il container stesso: lì l'URL è",
    fields: "I suoi campi",
    method: "Method",
    url: "URL",
    header: "Nome dell'header",
    value: "Valore dell'header",
    body: "Corpo JSON (un'espressione)",
    yours: "$json.from, $json.answer e $json.messageId sono campi del tuo flusso: il telefono del cliente, la risposta, l'id del messaggio.",
    nodeName: "Conta la risposta",
    answer: "Ciao! Siamo aperti fino alle 19.",
  },
};

const First = graphql(`
  query First($workspaceId: ID!, $manages: Boolean!) {
    customers(first: 1, where: { workspaceId: $workspaceId, activeChatbot: true }) {
      edges {
        node {
          clientId
          name
        }
      }
    }
    apiKeys(workspaceId: $workspaceId) @include(if: $manages) {
      name
      role
      revokedAt
      expiresAt
    }
  }
`);

/** How long until it looks again without being told: an answer of days ago changes no live figure. */
const msOfLook = 10_000;

/** `onLook` asks whether something was counted meanwhile. */
export function Welcome({ onLook }: { onLook: () => void }) {
  const t = useWords(words);
  const { workspace, name, role } = usePlace();
  const { changes } = useLive();
  const manages = mayManage(role);
  const { data, refresh } = useAnswer(First, { workspaceId: workspace, manages });
  const [secret, setSecret] = useState("");
  const [opened] = useState(() => Date.now());
  useEffect(() => {
    if (changes > 0) onLook();
    const timer = setInterval(() => {
      onLook();
      refresh();
    }, msOfLook);
    return () => {
      clearInterval(timer);
    };
  }, [changes, onLook, refresh]);

  const customer = data?.customers.edges?.[0]?.node;
  const key = data?.apiKeys?.find((each) => each.role === "TRACK" && each.revokedAt === null && (each.expiresAt === null || Date.parse(each.expiresAt) > opened));
  const bearer = `Bearer ${secret.trim() || t.placeholder}`;
  const line = curl(workspace, customer?.clientId ?? "customer-001", bearer, t.answer);
  const body = expression(workspace);
  const whole = node(t.nodeName, bearer, body);
  return (
    <div className="welcome">
      <header>
        <h2>{t.title}</h2>
        <p>{t.intro(name)}</p>
        <p className="waiting" role="status">
          <span className="dot" aria-hidden="true" />
          {t.waiting}
        </p>
      </header>
      <ol className="steps">
        <Step title={t.customer} done={customer !== undefined && customer !== null}>
          <p>{customer ? t.customerDone(customer.name ?? customer.clientId) : t.customerText}</p>
          {manages ? (
            <a className={`button ${customer ? "" : "primary"}`} {...linkTo({ view: "settings", tab: "customers" })}>
              <UserPlus size={16} aria-hidden="true" />
              {t.addCustomer}
            </a>
          ) : (
            !customer && <p className="muted">{t.askCustomer}</p>
          )}
        </Step>
        <Step title={t.key} done={key !== undefined}>
          <p>{key ? t.keyDone(key.name) : t.keyText}</p>
          {manages ? (
            <a className={`button ${key ? "" : "primary"}`} {...linkTo({ view: "settings", tab: "keys" })}>
              <KeyRound size={16} aria-hidden="true" />
              {t.createKey}
            </a>
          ) : (
            <p className="muted">{t.askKey}</p>
          )}
          <Field label={t.secret} hint={t.secretHint}>
            {(control) => (
              <input
                className="input"
                {...control}
                autoComplete="off"
                spellCheck={false}
                placeholder="ctt_…"
                value={secret}
                onChange={(event) => {
                  setSecret(event.target.value);
                }}
              />
            )}
          </Field>
        </Step>
        <Step title={t.send} done={false}>
          <h4>{t.shell}</h4>
          <div className="code">
            <Lines label={t.shell} text={line} />
            <CopyButton text={line} />
          </div>
          <p className="muted">{t.shellText}</p>
          <h4>{t.n8n}</h4>
          <p>{t.n8nText}</p>
          <div className="node">
            <details>
              <summary>{t.node}</summary>
              <Lines label={t.node} text={whole} />
            </details>
            <CopyButton text={whole} />
          </div>
          <h5>{t.fields}</h5>
          <dl className="settings">
            <Setting name={t.method} value="POST" />
            <Setting name={t.url} value={endpoint} />
            <Setting name={t.header} value="Authorization" />
            <Setting name={t.value} value={bearer} />
            <Setting name={t.body} value={body} />
          </dl>
          <p className="muted">{t.yours}</p>
          {inContainer !== undefined && (
            <p className="muted">
              {t.docker} <code>{inContainer}</code>
            </p>
          )}
        </Step>
      </ol>
    </div>
  );
}

function Step({ title, done, children }: { title: string; done: boolean; children: ReactNode }) {
  return (
    <li className={`card ${done ? "done" : ""}`}>
      <h3>
        {title}
        {done && <Check size={18} aria-hidden="true" />}
      </h3>
      {children}
    </li>
  );
}

/** Lines to copy: one click selects them, for who can't use the clipboard. */
function Lines({ label, text }: { label: string; text: string }) {
  return (
    // It scrolls, so the keyboard must get into it.
    <pre tabIndex={0} role="region" aria-label={label}>
      {text}
    </pre>
  );
}

function Setting({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        <CopyButton text={value} className="quiet" />
      </dd>
    </div>
  );
}

const endpoint = `${location.origin}/graphql`;

/** Where the endpoint is seen from a container on this computer; undefined where that is no question. */
const inContainer = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname) ? endpoint.replace(location.hostname, "host.docker.internal") : undefined;

const mutation = "mutation ($input: TrackUsageInput!) { trackUsage(input: $input) { tracked reason message } }";

function curl(workspaceId: string, clientId: string, bearer: string, response: string): string {
  const body = { query: mutation, variables: { input: { workspaceId, clientId, response, idempotencyKey: "first-answer" } } };
  return [
    `curl -s ${quoted(endpoint)} \\`,
    `  -H ${quoted(`Authorization: ${bearer}`)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(JSON.stringify(body))}`,
  ].join("\n");
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The body as N8N computes it for each item; what the flow does not have is left out. */
function expression(workspaceId: string): string {
  // No "}}" may stand within an expression but at its end.
  return `{{ JSON.stringify({ query: ${JSON.stringify(mutation)}, variables: { input: { workspaceId: ${JSON.stringify(workspaceId)}, phone: $json.from, response: $json.answer, idempotencyKey: $json.messageId } } }) }}`;
}

/** The node as N8N takes it from the clipboard. */
function node(name: string, bearer: string, body: string): string {
  const parameters = {
    method: "POST",
    url: endpoint,
    sendHeaders: true,
    headerParameters: { parameters: [{ name: "Authorization", value: bearer }] },
    sendBody: true,
    specifyBody: "json",
    jsonBody: `=${body}`,
    options: {},
  };
  // The flow goes on while Contatore is away.
  const each = { parameters, id: "contatore", name, type: "n8n-nodes-base.httpRequest", typeVersion: 4.2, position: [0, 0], onError: "continueRegularOutput" };
  return JSON.stringify({ nodes: [each], connections: {} }, null, 2);
}
