import { type SubmitEvent, useState } from "react";
import { Field } from "../controls/field";
import { useWords } from "../language";
import { Preferences } from "../shell/preferences";
import icon from "../../icon.svg";
import "./signin.css";

const words = {
  en: {
    lead: "What your chatbots' answers cost: how much, for whom, and when.",
    key: "API key",
    hint: "It stays in this browser tab and is forgotten when you close it.",
    show: "Show",
    hide: "Hide",
    signIn: "Sign in",
    refused: "The server refused this key: it is unknown, expired or revoked.",
    unfit: "A key has no blanks and no special characters; paste it again.",
    none: "No key yet?",
    demo: "prints a link that opens sample data.",
    make: "makes a key.",
    explore: "Explore the API in GraphiQL",
    licences: "Licences",
  },
  it: {
    lead: "Quanto costano le risposte dei tuoi chatbot: quanto, per chi e quando.",
    key: "Chiave API",
    hint: "Resta in questa scheda del browser e viene dimenticata quando la chiudi.",
    show: "Mostra",
    hide: "Nascondi",
    signIn: "Entra",
    refused: "Il server ha rifiutato questa chiave: è sconosciuta, scaduta o revocata.",
    unfit: "Una chiave non ha spazi né caratteri speciali; incollala di nuovo.",
    none: "Non hai una chiave?",
    demo: "stampa un link che apre i dati di esempio.",
    make: "crea una chiave.",
    explore: "Esplora le API in GraphiQL",
    licences: "Licenze",
  },
};

/** The door: asks for a key. */
export function SignIn({ refused, onKey }: { refused: boolean; onKey: (key: string) => void }) {
  const t = useWords(words);
  const [text, setText] = useState("");
  const [shown, setShown] = useState(false);
  const [unfit, setUnfit] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const key = text.trim();
    // What no HTTP header can hold was never a key.
    if (!/^[\x21-\x7e]+$/.test(key)) setUnfit(true);
    else onKey(key);
  };
  return (
    <div className="door">
      <header className="corner">
        <Preferences />
      </header>
      <main className="card">
        <h1>
          <img src={icon} alt="" width="36" height="36" />
          Contatore
        </h1>
        <p className="muted">{t.lead}</p>
        <form onSubmit={submit} noValidate>
          <Field label={t.key} hint={t.hint} fault={unfit ? t.unfit : refused && text === "" ? t.refused : ""}>
            {(control) => (
              <div className="key">
                <input
                  {...control}
                  className="input"
                  type={shown ? "text" : "password"}
                  autoComplete="off"
                  autoCapitalize="off"
                  spellCheck={false}
                  autoFocus
                  value={text}
                  onChange={(event) => {
                    setText(event.target.value);
                    setUnfit(false);
                  }}
                />
                <button
                  type="button"
                  className="button"
                  aria-pressed={shown}
                  onClick={() => {
                    setShown(!shown);
                  }}
                >
                  {shown ? t.hide : t.show}
                </button>
              </div>
            )}
          </Field>
          <button type="submit" className="button primary" disabled={text.trim() === ""}>
            {t.signIn}
          </button>
        </form>
        <div className="muted more">
          <p>{t.none}</p>
          <p>
            <code>contatore serve --demo</code> {t.demo}
          </p>
          <p>
            <code>contatore keys create</code> {t.make}
          </p>
          <p>
            <a href="/graphiql">{t.explore}</a> · <a href="/licenses.txt">{t.licences}</a>
          </p>
        </div>
      </main>
    </div>
  );
}
