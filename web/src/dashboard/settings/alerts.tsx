// Where a workspace is told what happens, in which language, and when reports come.

import { BellRing } from "lucide-react";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { graphql, unmask } from "../../gql";
import type { UpdateWorkspaceInput, WorkspaceSettingsFragment } from "../../gql/graphql";
import { useAnswer } from "../answer";
import { Field } from "../controls/field";
import { languages, useFormat, useWords } from "../language";
import { usePlace } from "../place";
import { Unread } from "./actions";
import { useChange } from "./change";
import { ChannelForm } from "./channelform";
import { ChannelRow } from "./channelrow";
import { Channels, channelsOf, type Channel } from "./channels";
import { SettingsForm, UpdateWorkspace, WorkspaceSettings } from "./settingsform";
import { Sheet } from "./sheet";

const words = {
  en: {
    title: "Alert channels",
    lead: "Where else it is told what the bell above tells: budgets, unusual usage, silence, and reports of weeks and months.",
    create: "New channel",
    empty: "Only the bell tells so far. Add a webhook for your flows, an e-mail address, or a chat such as Slack.",
    failed: "The channels can't be shown now.",
    loading: "Loading…",
    words: "Language and reports",
    wordsLead: "What every channel of this workspace gets.",
    language: "Language of alerts and reports",
    hour: "Hour of the reports",
    hourHint: (zone: string) => `Mondays and the first of the month, in the time of ${zone}.`,
  },
  it: {
    title: "Canali degli avvisi",
    lead: "Dove si dice, oltre alla campanella in alto, ciò che succede: budget, uso insolito, silenzio, e i report di settimane e mesi.",
    create: "Nuovo canale",
    empty: "Per ora avvisa solo la campanella. Aggiungi un webhook per i tuoi flussi, un indirizzo e-mail o una chat come Slack.",
    failed: "I canali non si possono mostrare ora.",
    loading: "Caricamento…",
    words: "Lingua e report",
    wordsLead: "Ciò che riceve ogni canale di questo spazio di lavoro.",
    language: "Lingua di avvisi e report",
    hour: "Ora dei report",
    hourHint: (zone: string) => `Il lunedì e il primo del mese, nell'ora di ${zone}.`,
  },
};

const Settled = graphql(`
  query AlertSettings($id: ID!) {
    workspace(id: $id) {
      ...WorkspaceSettings
    }
  }
`);

export function Alerts() {
  const t = useWords(words);
  const { workspace } = usePlace();
  const settings = useAnswer(Settled, { id: workspace });
  const kept = unmask(WorkspaceSettings, settings.data?.workspace);
  return (
    <>
      <ChannelList />
      {kept ? (
        <Reports of={kept} />
      ) : settings.problem === undefined ? (
        <div className="card skeleton" role="status" aria-label={t.loading} />
      ) : (
        <Unread text={`${t.failed} ${settings.message}`} onAgain={settings.refresh} />
      )}
    </>
  );
}

function ChannelList() {
  const t = useWords(words);
  const { workspace } = usePlace();
  const { data, problem, message, refresh } = useAnswer(Channels, { workspaceId: workspace });
  const heading = useRef<HTMLHeadingElement>(null);
  const [creating, setCreating] = useState(false);
  // What changed here since the answer; null is removed.
  const [changes, setChanges] = useState<ReadonlyMap<string, Channel | null>>(new Map());
  const put = (id: string, channel: Channel | null) => {
    setChanges((before) => new Map(before).set(id, channel));
  };
  const answered = data && channelsOf(data.alertChannels);
  const known = new Set(answered?.map(({ id }) => id));
  const added = [...changes.values()].filter((channel) => channel !== null && !known.has(channel.id));
  const channels = answered && [...answered.map((channel) => changes.get(channel.id) ?? (changes.has(channel.id) ? null : channel)), ...added].filter((channel) => channel !== null);
  return (
    <Sheet
      id="channels"
      title={t.title}
      lead={t.lead}
      heading={heading}
      create={t.create}
      onCreate={() => {
        setCreating(true);
      }}
    >
      {!channels ? (
        problem === undefined ? (
          <div className="rows" role="status" aria-label={t.loading}>
            <div className="skeleton" />
            <div className="skeleton" />
          </div>
        ) : (
          <Unread text={`${t.failed} ${message}`} onAgain={refresh} />
        )
      ) : channels.length === 0 ? (
        <div className="nothing">
          <BellRing size={28} aria-hidden="true" />
          <p>{t.empty}</p>
        </div>
      ) : (
        <ul className="rows channels">
          {channels.map((channel) => (
            <ChannelRow
              key={channel.id}
              of={channel}
              onChanged={(changed) => {
                put(channel.id, changed);
              }}
              onRemoved={() => {
                flushSync(() => {
                  put(channel.id, null);
                });
                heading.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
      {creating && (
        <ChannelForm
          of={null}
          onClose={() => {
            setCreating(false);
          }}
          onSaved={(channel) => {
            put(channel.id, channel);
          }}
        />
      )}
    </Sheet>
  );
}

/** The language of what is sent, and the hour of the reports. */
function Reports({ of }: { of: WorkspaceSettingsFragment }) {
  const t = useWords(words);
  const format = useFormat();
  const save = useChange(UpdateWorkspace);
  const [kept, setKept] = useState(of);
  const [language, setLanguage] = useState(of.language);
  const [hour, setHour] = useState(of.reportHour);
  const [saved, setSaved] = useState(false);
  const change: UpdateWorkspaceInput = {
    ...(language !== kept.language && { language }),
    ...(hour !== kept.reportHour && { reportHour: hour }),
  };
  const changed = Object.keys(change).length > 0;
  const submit = async () => {
    if (save.pending || !changed) return;
    setSaved(false);
    const answer = await save.run({ id: kept.id, input: change });
    if (!answer) return;
    setKept(unmask(WorkspaceSettings, answer.updateWorkspace));
    setSaved(true);
  };
  return (
    <SettingsForm
      title={t.words}
      id="reports"
      lead={t.wordsLead}
      changed={changed}
      pending={save.pending}
      saved={saved && !changed}
      trouble={save.beside("language", "reportHour")}
      onSubmit={() => void submit()}
    >
      <Field label={t.language} fault={save.at("language")}>
        {(control) => (
          <select
            {...control}
            className="input short"
            value={language}
            onChange={(event) => {
              setLanguage(event.target.value);
            }}
          >
            {Object.entries(languages).map(([tag, name]) => (
              <option key={tag} value={tag}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t.hour} hint={t.hourHint(kept.timeZone.replaceAll("_", " "))} fault={save.at("reportHour")}>
        {(control) => (
          <select
            {...control}
            className="input short numbers"
            value={hour}
            onChange={(event) => {
              setHour(Number(event.target.value));
            }}
          >
            {Array.from({ length: 24 }, (_, each) => (
              <option key={each} value={each}>
                {format.hour(each)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </SettingsForm>
  );
}
