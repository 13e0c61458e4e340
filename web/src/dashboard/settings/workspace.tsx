import { useState } from "react";
import { graphql, unmask } from "../../gql";
import type { WorkspaceSettingsFragment } from "../../gql/graphql";
import { useAnswer } from "../answer";
import { CopyButton } from "../controls/copy";
import { Field } from "../controls/field";
import { useFormat, useWords } from "../language";
import { usePlace } from "../place";
import { Unread } from "./actions";
import { useChange } from "./change";
import { Choice } from "./choice";
import { PriceList } from "./prices";
import { SettingsForm, UpdateWorkspace, WorkspaceSettings, type FormProps } from "./settingsform";
import { currencies, currencyName, offsetOf, timeZones } from "./zone";

const words = {
  en: {
    title: "Workspace",
    id: "Id",
    idHint: "Flows name the workspace by it. It never changes.",
    name: "Name",
    nameMissing: "A workspace has a name.",
    currency: "Currency",
    currencyHint: "Fixed once usage is counted.",
    currencyFaults: {
      INVALID: "This currency is no longer in use.",
      CONFLICT: "Usage was counted in the currency that stands: it can't change. Make another workspace for another currency.",
    },
    findCurrency: "Search currencies",
    noCurrency: "No such currency.",
    timeZone: "Time zone",
    timeZoneHint: "Where days, weekdays and hours begin and end.",
    findZone: "Search time zones",
    noZone: "No such time zone. It is named by a large city, such as Europe/Rome.",
    zoneWarning: (before: string, after: string) =>
      `Changing from ${before} to ${after} moves every day boundary, of the past too: daily, hourly and monthly figures that you have seen will change. Totals over all time stay.`,
    failed: "The settings can't be shown now.",
    loading: "Loading…",
  },
  it: {
    title: "Spazio di lavoro",
    id: "Id",
    idHint: "I flussi chiamano così lo spazio di lavoro. Non cambia mai.",
    name: "Nome",
    nameMissing: "Uno spazio di lavoro ha un nome.",
    currency: "Valuta",
    currencyHint: "Non cambia più dopo il primo conteggio.",
    currencyFaults: {
      INVALID: "Questa valuta non è più in uso.",
      CONFLICT: "Si è già contato nella valuta attuale: non può cambiare. Crea un altro spazio di lavoro per un'altra valuta.",
    },
    findCurrency: "Cerca valute",
    noCurrency: "Non c'è una valuta così.",
    timeZone: "Fuso orario",
    timeZoneHint: "Dove iniziano e finiscono giorni, giorni della settimana e ore.",
    findZone: "Cerca fusi orari",
    noZone: "Non c'è un fuso orario così. Prende il nome da una grande città, per esempio Europe/Rome.",
    zoneWarning: (before: string, after: string) =>
      `Passare da ${before} a ${after} sposta ogni confine tra i giorni, anche del passato: i dati per giorno, ora e mese che hai visto cambieranno. I totali di sempre restano.`,
    failed: "Le impostazioni non si possono mostrare ora.",
    loading: "Caricamento…",
  },
};

const Settled = graphql(`
  query SettingsOfWorkspace($id: ID!) {
    workspace(id: $id) {
      ...WorkspaceSettings
    }
  }
`);

export function Workspace() {
  const t = useWords(words);
  const { workspace } = usePlace();
  const { data, problem, message, refresh } = useAnswer(Settled, { id: workspace });
  const found = unmask(WorkspaceSettings, data?.workspace);
  if (!found) {
    if (problem === undefined) return <div className="skeleton" role="status" aria-label={t.loading} />;
    return <Unread text={`${t.failed} ${message}`} onAgain={refresh} />;
  }
  return <Forms of={found} />;
}

function Forms({ of }: { of: WorkspaceSettingsFragment }) {
  const place = usePlace();
  // What the server keeps, as far as this page knows.
  const [kept, setKept] = useState(of);
  const onSaved = (next: WorkspaceSettingsFragment) => {
    setKept(next);
    place.refresh();
  };
  return (
    <>
      <General kept={kept} onSaved={onSaved} />
      <PriceList kept={kept} onSaved={onSaved} />
    </>
  );
}

function General({ kept, onSaved }: FormProps) {
  const t = useWords(words);
  const { locale } = useFormat();
  const save = useChange(UpdateWorkspace);
  const [name, setName] = useState(kept.name);
  const [currency, setCurrency] = useState(kept.currency);
  const [timeZone, setTimeZone] = useState(kept.timeZone);
  const [saved, setSaved] = useState(false);
  const called = name.trim();
  const change = {
    ...(called !== kept.name && { name: called }),
    ...(currency !== kept.currency && { currency }),
    ...(timeZone !== kept.timeZone && { timeZone }),
  };
  const changed = Object.keys(change).length > 0;

  const submit = async () => {
    if (save.pending || !changed || called === "") return;
    setSaved(false);
    const answer = await save.run({ id: kept.id, input: change });
    if (!answer) return;
    const next = unmask(WorkspaceSettings, answer.updateWorkspace);
    setName(next.name);
    setSaved(true);
    onSaved(next);
  };
  const zoneLabel = (zone: string) => [zone.replaceAll("_", " "), offsetOf(zone, locale)].filter(Boolean).join(" · ");
  return (
    <SettingsForm title={t.title} id="general" changed={changed} pending={save.pending} saved={saved && !changed} trouble={save.beside("name", "currency", "timeZone")} onSubmit={() => void submit()}>
      <Field label={t.name} fault={called === "" ? t.nameMissing : save.at("name")}>
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
      <Choice
        label={t.currency}
        search={t.findCurrency}
        empty={t.noCurrency}
        value={currency}
        shown={`${currency} – ${currencyName(currency, locale)}`}
        find={(text) =>
          currencies()
            .map((code) => ({ value: code, label: currencyName(code, locale), detail: code }))
            .filter(({ label, detail }) => has(`${label} ${detail}`, text))
        }
        onPick={setCurrency}
        hint={t.currencyHint}
        fault={save.at("currency", t.currencyFaults)}
      />
      <Choice
        label={t.timeZone}
        search={t.findZone}
        empty={t.noZone}
        value={timeZone}
        shown={zoneLabel(timeZone)}
        find={(text) =>
          timeZones()
            .map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))
            .filter(({ value, label }) => has(`${label} ${value}`, text))
        }
        onPick={setTimeZone}
        hint={t.timeZoneHint}
        fault={save.at("timeZone")}
      />
      {timeZone !== kept.timeZone && (
        <p className="notice warn" role="status">
          {t.zoneWarning(kept.timeZone, timeZone)}
        </p>
      )}
      <Field label={t.id} hint={t.idHint}>
        {(control) => (
          <div className="line">
            <input {...control} className="input identifier" readOnly value={kept.id} />
            <CopyButton text={kept.id} />
          </div>
        )}
      </Field>
    </SettingsForm>
  );
}

function has(text: string, search: string): boolean {
  return text.toLowerCase().includes(search.toLowerCase());
}
