// The workspace's settings, a tab each, for who may change them.

import { linkTo, settingsTabs, useAddress } from "../address";
import { useWords } from "../language";
import { mayManage, usePlace } from "../place";
import { Alerts } from "./alerts";
import { Budget } from "./budget";
import { Customers } from "./customers";
import { Keys } from "./keys";
import { Links } from "./links";
import "./settings.css";
import { Workspace } from "./workspace";

const words = {
  en: {
    settings: "Settings",
    tabs: { workspace: "Workspace", budget: "Budget", alerts: "Alerts", customers: "Customers", keys: "API keys", links: "Links" },
    readOnly: "This key may only read",
    readOnlyText: "It shows every figure of the workspace, but changes no settings. Ask whoever gave it to you for a key with role MANAGE.",
    back: "Back to the figures",
  },
  it: {
    settings: "Impostazioni",
    tabs: { workspace: "Spazio di lavoro", budget: "Budget", alerts: "Avvisi", customers: "Clienti", keys: "Chiavi API", links: "Link" },
    readOnly: "Questa chiave può solo leggere",
    readOnlyText: "Mostra tutti i dati dello spazio di lavoro, ma non cambia le impostazioni. Chiedi a chi te l'ha data una chiave con ruolo MANAGE.",
    back: "Torna ai dati",
  },
};

const contents = { workspace: Workspace, budget: Budget, alerts: Alerts, customers: Customers, keys: Keys, links: Links };

export function Settings() {
  const t = useWords(words);
  const { tab } = useAddress();
  const { role } = usePlace();
  if (!mayManage(role)) {
    return (
      <section className="card settings-closed" aria-labelledby="closed">
        <h2 id="closed">{t.readOnly}</h2>
        <p className="muted">{t.readOnlyText}</p>
        <a className="button" {...linkTo({ view: "overview" })}>
          {t.back}
        </a>
      </section>
    );
  }
  const Content = contents[tab];
  return (
    <div className="settings">
      <nav aria-label={t.settings}>
        <ul className="tabs">
          {settingsTabs.map((each) => (
            <li key={each}>
              <a {...linkTo({ view: "settings", tab: each })} aria-current={each === tab ? "page" : undefined}>
                {t.tabs[each]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="content">
        <Content />
      </div>
    </div>
  );
}
