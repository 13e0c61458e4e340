import { useState } from "react";
import { useClient } from "urql";
import { graphql, unmask } from "../../gql";
import type { AlertChannelKind } from "../../gql/graphql";
import { type Event, events, eventWords, usualEvents } from "../alerts/events";
import { Dialog } from "../controls/dialog";
import { Field } from "../controls/field";
import { useWords } from "../language";
import { usePlace } from "../place";
import { Actions, Trouble } from "./actions";
import { Conflict, useAgreement } from "./agreement";
import { useChange } from "./change";
import { ChannelOfList, Channels, channelsOf, eventsOf, UpdateChannel, useEventNames, type Channel } from "./channels";
import { Secret } from "./secret";

const words = {
  en: {
    title: "New alert channel",
    edit: (name: string) => `Edit ${name}`,
    kind: "How it is told",
    kinds: { WEBHOOK: "Webhook", EMAIL: "E-mail", SLACK: "Slack and the like" },
    kindTexts: {
      WEBHOOK: "A signed HTTP request with all figures as JSON, for N8N or a program of yours.",
      EMAIL: "A mail in words; reports with a chart.",
      SLACK: "A message in words to a chat that takes Slack's incoming webhooks, such as Slack, Mattermost or Discord.",
    },
    targets: { WEBHOOK: "URL", EMAIL: "E-mail addresses", SLACK: "URL of the incoming webhook" },
    hints: {
      WEBHOOK: "Such as https://n8n.example.com/webhook/usage",
      EMAIL: "At most 10, with commas between them.",
      SLACK: "Such as https://hooks.slack.com/services/…",
    },
    targetMissing: { WEBHOOK: "Give the URL.", EMAIL: "Give an address.", SLACK: "Give the URL." },
    name: "Name",
    nameHint: "To tell it from other channels; without one it is called by its host.",
    nameMissing: "Give it a name.",
    events: "What it is told",
    eventsMissing: "Choose at least one.",
    create: "Create channel",
    save: "Save",
    made: (name: string) => `The channel “${name}”`,
    secret: "Secret",
    secretText: "Each request is signed with this secret, by Standard Webhooks: with it the receiver knows that a request is genuine.",
    warning: "Copy it now and keep it safe: it is not shown again. If it is lost, make a new one at the channel.",
    done: "Done",
  },
  it: {
    title: "Nuovo canale degli avvisi",
    edit: (name: string) => `Modifica ${name}`,
    kind: "Come avvisa",
    kinds: { WEBHOOK: "Webhook", EMAIL: "E-mail", SLACK: "Slack e simili" },
    kindTexts: {
      WEBHOOK: "Una richiesta HTTP firmata con tutte le cifre in JSON, per N8N o un tuo programma.",
      EMAIL: "Un'e-mail in parole; i report con un grafico.",
      SLACK: "Un messaggio in parole a una chat che accetta gli incoming webhook di Slack, come Slack, Mattermost o Discord.",
    },
    targets: { WEBHOOK: "URL", EMAIL: "Indirizzi e-mail", SLACK: "URL dell'incoming webhook" },
    hints: {
      WEBHOOK: "Per esempio https://n8n.example.com/webhook/usage",
      EMAIL: "Al massimo 10, separati da virgole.",
      SLACK: "Per esempio https://hooks.slack.com/services/…",
    },
    targetMissing: { WEBHOOK: "Indica l'URL.", EMAIL: "Indica un indirizzo.", SLACK: "Indica l'URL." },
    name: "Nome",
    nameHint: "Per distinguerlo dagli altri canali; senza, prende il nome dell'host.",
    nameMissing: "Dagli un nome.",
    events: "Che cosa riceve",
    eventsMissing: "Scegline almeno uno.",
    create: "Crea canale",
    save: "Salva",
    made: (name: string) => `Il canale «${name}»`,
    secret: "Segreto",
    secretText: "Ogni richiesta è firmata con questo segreto, secondo Standard Webhooks: così chi la riceve sa che è autentica.",
    warning: "Copialo ora e conservalo al sicuro: non si vedrà più. Se va perso, fanne uno nuovo dal canale.",
    done: "Fatto",
  },
};

const CreateChannel = graphql(`
  mutation CreateAlertChannel($workspaceId: ID!, $input: CreateAlertChannelInput!) {
    createAlertChannel(workspaceId: $workspaceId, input: $input) {
      channel {
        ...ChannelOfList
      }
      secret
    }
  }
`);

const kinds: readonly AlertChannelKind[] = ["WEBHOOK", "EMAIL", "SLACK"];

/** A channel as it stands in the form. */
interface Draft {
  readonly kind: AlertChannelKind;
  readonly target: string;
  readonly name: string;
  readonly events: readonly Event[];
}

function draftOf(channel: Channel | null): Draft {
  if (!channel) return { kind: "WEBHOOK", target: "", name: "", events: usualEvents };
  const { kind, target, name } = channel;
  return { kind, target, name, events: eventsOf(channel) };
}

interface Input {
  readonly kind: AlertChannelKind;
  readonly target: string;
  readonly name: string;
  readonly events: Event[];
}

/** What the draft asks for; undefined while something is missing, as a name is where there was one. */
function inputOf({ kind, target, name, events: chosen }: Draft, isNew: boolean): Input | undefined {
  const input = { kind, target: target.trim(), name: name.trim(), events: asKept(chosen) };
  return input.target === "" || (input.name === "" && !isNew) || chosen.length === 0 ? undefined : input;
}

/** As the server keeps them: nothing stands for what is usual. */
function asKept(chosen: readonly Event[]): Event[] {
  return chosen.length === usualEvents.length && usualEvents.every((event) => chosen.includes(event)) ? [] : events.filter((event) => chosen.includes(event));
}

interface Props {
  /** The channel to change; null makes one. */
  readonly of: Channel | null;
  readonly onClose: () => void;
  /** Told of the channel as it is now; a new one's secret may still be shown. */
  readonly onSaved: (channel: Channel) => void;
}

/** Makes a channel, or changes one. */
export function ChannelForm({ of, onClose, onSaved }: Props) {
  const t = useWords(words);
  const { workspace: workspaceId } = usePlace();
  const client = useClient();
  const create = useChange(CreateChannel);
  const update = useChange(UpdateChannel);
  const save = of ? update : create;
  const [secret, setSecret] = useState("");
  const [made, setMade] = useState("");
  // What the form began with stays, whatever the page behind it learns meanwhile.
  const [began] = useState(of);
  const agreement = useAgreement(
    began,
    { draftOf, inputOf: (draft) => inputOf(draft, !began) },
    {
      look: async () => {
        if (!began) return undefined;
        const { data } = await client.query(Channels, { workspaceId }).toPromise();
        return data && (channelsOf(data.alertChannels).find(({ id }) => id === began.id) ?? null);
      },
      set: async ({ kind, name, ...input }, version) => {
        if (began) return unmask(ChannelOfList, (await update.run({ workspaceId, id: began.id, input: { ...input, name, version } }))?.updateAlertChannel);
        const answer = (await create.run({ workspaceId, input: { ...input, kind, name: name || null } }))?.createAlertChannel;
        if (answer?.secret != null) setSecret(answer.secret);
        return unmask(ChannelOfList, answer?.channel);
      },
    },
  );
  const { draft, edit, judged, pending, conflict } = agreement;
  const submit = async (way: "submit" | "insist") => {
    const next = await agreement[way]();
    if (!next) return;
    setMade(next.name);
    onSaved(next);
    if (began || next.kind !== "WEBHOOK") onClose();
  };

  if (secret !== "") {
    return (
      <Dialog
        key="secret"
        title={t.made(made)}
        onClose={onClose}
        actions={
          <button type="button" className="button" onClick={onClose}>
            {t.done}
          </button>
        }
      >
        <p className="muted">{t.secretText}</p>
        <Secret label={t.secret} text={secret} warning={t.warning} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={began ? t.edit(began.name) : t.title}
      onClose={onClose}
      onSubmit={() => void submit("submit")}
      actions={<Actions label={began ? t.save : t.create} pending={pending} onCancel={onClose} />}
    >
      {!began && (
        <fieldset className="roles">
          <legend>{t.kind}</legend>
          {kinds.map((kind) => (
            <label key={kind}>
              <input
                type="radio"
                name="kind"
                checked={kind === draft.kind}
                onChange={() => {
                  edit({ ...draft, kind });
                }}
              />
              <span>
                <b>{t.kinds[kind]}</b>
                <small className="muted">{t.kindTexts[kind]}</small>
              </span>
            </label>
          ))}
          <Fault text={save.at("kind")} />
        </fieldset>
      )}
      <Field label={t.targets[draft.kind]} hint={t.hints[draft.kind]} fault={judged && draft.target.trim() === "" ? t.targetMissing[draft.kind] : save.at("target")}>
        {(control) => (
          <input
            {...control}
            className="input"
            // A server's word is more exact than the browser's: nothing is judged here.
            inputMode={draft.kind === "EMAIL" ? "email" : "url"}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={draft.target}
            onChange={(event) => {
              edit({ ...draft, target: event.target.value });
            }}
          />
        )}
      </Field>
      <Field label={t.name} hint={began ? undefined : t.nameHint} fault={judged && began && draft.name.trim() === "" ? t.nameMissing : save.at("name")}>
        {(control) => (
          <input
            {...control}
            className="input"
            autoComplete="off"
            maxLength={200}
            value={draft.name}
            onChange={(event) => {
              edit({ ...draft, name: event.target.value });
            }}
          />
        )}
      </Field>
      <EventFields
        chosen={draft.events}
        fault={judged && draft.events.length === 0 ? t.eventsMissing : (events.map((_, index) => save.at(`events.${index}`)).find((text) => text !== "") ?? "")}
        onChange={(chosen) => {
          edit({ ...draft, events: chosen });
        }}
      />
      {conflict && (
        <ChannelConflict
          of={conflict}
          pending={pending}
          onTheirs={() => {
            onSaved(conflict);
            onClose();
          }}
          onMine={() => void submit("insist")}
        />
      )}
      <Trouble text={!conflict ? save.beside("kind", "target", "name", ...events.map((_, index) => `events.${index}`)) : ""} />
    </Dialog>
  );
}

function EventFields({ chosen, fault, onChange }: { chosen: readonly Event[]; fault: string; onChange: (chosen: readonly Event[]) => void }) {
  const t = useWords(words);
  const of = useWords(eventWords);
  return (
    <fieldset className="roles">
      <legend>{t.events}</legend>
      {events.map((event) => (
        <label key={event}>
          <input
            type="checkbox"
            checked={chosen.includes(event)}
            onChange={() => {
              onChange(chosen.includes(event) ? chosen.filter((each) => each !== event) : [...chosen, event]);
            }}
          />
          <span>
            <b>{of[event].name}</b>
            <small className="muted">{of[event].text}</small>
          </span>
        </label>
      ))}
      <Fault text={fault} />
    </fieldset>
  );
}

/** What is wrong with a group of choices. */
function Fault({ text }: { text: string }) {
  return text === "" ? null : (
    <div className="fault" role="alert">
      {text}
    </div>
  );
}

function ChannelConflict({ of, ...choice }: { of: Channel; pending: boolean; onTheirs: () => void; onMine: () => void }) {
  const t = useWords(words);
  return (
    <Conflict
      facts={[
        [t.name, of.name],
        [t.targets[of.kind], of.target],
        [t.events, useEventNames()(of)],
      ]}
      {...choice}
    />
  );
}
