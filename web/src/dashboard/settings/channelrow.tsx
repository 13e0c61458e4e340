import { CircleCheck, CircleX, KeyRound, Mail, MessageSquare, Pencil, Trash2, Webhook } from "lucide-react";
import { useMemo, useState } from "react";
import { graphql, unmask } from "../../gql";
import type { AlertChannelKind, DeliveredFragment } from "../../gql/graphql";
import { Attempt, Attempted, Delivered, Delivery, useFollow } from "../alerts/deliveries";
import { useAnswer } from "../answer";
import { Dialog } from "../controls/dialog";
import { Field } from "../controls/field";
import { plural, useFormat, useLanguage, useWords } from "../language";
import { usePlace } from "../place";
import { Actions, Trouble, Unread } from "./actions";
import { useChange } from "./change";
import { ChannelForm } from "./channelform";
import { ChannelOfList, shortTarget, UpdateChannel, useEventNames, type Channel } from "./channels";
import { Secret } from "./secret";

const words = {
  en: {
    kinds: { WEBHOOK: "Webhook", EMAIL: "E-mail", SLACK: "Chat" },
    tells: (events: string) => `Told: ${events}`,
    failing: (time: string) => `Nothing arrives since ${time}`,
    disabled: (time: string, reason: string) => `Told nothing since ${time}. ${reason}`,
    on: "On",
    off: "Off",
    active: (name: string) => `${name} is told`,
    test: "Send a test",
    testOf: (name: string) => `Send a test to ${name}`,
    testing: "Sending…",
    arrived: "The test arrived.",
    notArrived: "The test did not arrive.",
    log: "Deliveries",
    logOf: (name: string) => `Deliveries to ${name}`,
    edit: (name: string) => `Edit ${name}`,
    rotate: (name: string) => `New secret for ${name}`,
    remove: (name: string) => `Remove ${name}`,
    removeTitle: (name: string) => `Remove the channel “${name}”?`,
    removeText: "It is told nothing any more, and the log of its deliveries is forgotten. The alerts themselves stay under the bell.",
    removeGo: "Remove",
    rotateTitle: (name: string) => `A new secret for ${name}`,
    rotateText: "Requests are signed with the new secret from now on; for as long as you choose also with the old one, so that the receiver can change over in peace.",
    overlap: "The old secret ends",
    overlaps: (hours: number) => (hours === 0 ? "At once" : hours < 48 ? `In ${hours} ${plural(hours, "hour", "hours")}` : `In ${hours / 24} days`),
    rotateGo: "Make a new secret",
    secret: "New secret",
    warning: "Copy it now and keep it safe: it is not shown again.",
    done: "Done",
    close: "Close",
    loading: "Loading…",
    failed: "The deliveries can't be shown now.",
    none: "Nothing was sent to it yet.",
    newest: (n: number) => `The newest ${n} are shown; older ones stand at their alerts under the bell.`,
  },
  it: {
    kinds: { WEBHOOK: "Webhook", EMAIL: "E-mail", SLACK: "Chat" },
    tells: (events: string) => `Riceve: ${events}`,
    failing: (time: string) => `Non arriva nulla dal ${time}`,
    disabled: (time: string, reason: string) => `Non riceve nulla dal ${time}. ${reason}`,
    on: "Acceso",
    off: "Spento",
    active: (name: string) => `${name} riceve avvisi`,
    test: "Invia una prova",
    testOf: (name: string) => `Invia una prova a ${name}`,
    testing: "Invio…",
    arrived: "La prova è arrivata.",
    notArrived: "La prova non è arrivata.",
    log: "Consegne",
    logOf: (name: string) => `Consegne a ${name}`,
    edit: (name: string) => `Modifica ${name}`,
    rotate: (name: string) => `Nuovo segreto per ${name}`,
    remove: (name: string) => `Togli ${name}`,
    removeTitle: (name: string) => `Togliere il canale «${name}»?`,
    removeText: "Non riceve più nulla, e il registro delle sue consegne viene dimenticato. Gli avvisi stessi restano sotto la campanella.",
    removeGo: "Togli",
    rotateTitle: (name: string) => `Un nuovo segreto per ${name}`,
    rotateText: "D'ora in poi le richieste sono firmate con il nuovo segreto; per il tempo che scegli anche con il vecchio, così chi le riceve può cambiare con calma.",
    overlap: "Il vecchio segreto finisce",
    overlaps: (hours: number) => (hours === 0 ? "Subito" : hours < 48 ? `Tra ${hours} ${plural(hours, "ora", "ore")}` : `Tra ${hours / 24} giorni`),
    rotateGo: "Crea un nuovo segreto",
    secret: "Nuovo segreto",
    warning: "Copialo ora e conservalo al sicuro: non si vedrà più.",
    done: "Fatto",
    close: "Chiudi",
    loading: "Caricamento…",
    failed: "Le consegne non si possono mostrare ora.",
    none: "Non gli è stato ancora inviato nulla.",
    newest: (n: number) => `Si vedono le ultime ${n}; le altre stanno presso i loro avvisi sotto la campanella.`,
  },
};

const TestChannel = graphql(`
  mutation TestAlertChannel($workspaceId: ID!, $id: ID!) {
    testAlertChannel(workspaceId: $workspaceId, id: $id) {
      state
      attempts {
        ...Attempted
      }
      channel {
        ...ChannelOfList
      }
    }
  }
`);

const RotateSecret = graphql(`
  mutation RotateAlertChannelSecret($workspaceId: ID!, $id: ID!, $overlapHours: Int!) {
    rotateAlertChannelSecret(workspaceId: $workspaceId, id: $id, overlapHours: $overlapHours) {
      channel {
        ...ChannelOfList
      }
      secret
    }
  }
`);

const RemoveChannel = graphql(`
  mutation RemoveAlertChannel($workspaceId: ID!, $id: ID!) {
    removeAlertChannel(workspaceId: $workspaceId, id: $id)
  }
`);

const Log = graphql(`
  query DeliveriesOfChannels($workspaceId: ID!, $first: Int!, $language: String!) {
    alertChannels(workspaceId: $workspaceId) {
      id
      deliveries(first: $first) {
        ...Delivered
        alert {
          createdAt
          title(language: $language)
        }
      }
    }
  }
`);

const icons: Record<AlertChannelKind, typeof Webhook> = { WEBHOOK: Webhook, EMAIL: Mail, SLACK: MessageSquare };

interface Props {
  readonly of: Channel;
  readonly onChanged: (channel: Channel) => void;
  readonly onRemoved: () => void;
}

export function ChannelRow({ of, onChanged, onRemoved }: Props) {
  const t = useWords(words);
  const { workspace: workspaceId } = usePlace();
  const [window, setWindow] = useState<"edit" | "rotate" | "remove" | "log">();
  const eventNames = useEventNames();
  const toggle = useChange(UpdateChannel);
  const test = useChange(TestChannel);
  const [tested, setTested] = useState<NonNullable<Awaited<ReturnType<typeof test.run>>>["testAlertChannel"]>();
  // What was switched to, while the server has not answered.
  const [wanted, setWanted] = useState<boolean>();
  const on = wanted ?? of.disabledAt == null;
  const Icon = icons[of.kind];
  const close = () => {
    setWindow(undefined);
  };
  const flip = async () => {
    if (toggle.pending) return;
    setWanted(!on);
    const answer = await toggle.run({ workspaceId, id: of.id, input: { enabled: !on } });
    if (answer) onChanged(unmask(ChannelOfList, answer.updateAlertChannel));
    setWanted(undefined);
  };
  const send = async () => {
    if (test.pending) return;
    setTested(undefined);
    const answer = await test.run({ workspaceId, id: of.id });
    if (!answer) return;
    setTested(answer.testAlertChannel);
    onChanged(unmask(ChannelOfList, answer.testAlertChannel.channel));
  };
  const trouble = toggle.beside() || test.beside();
  const doing = (label: string, Sign: typeof Pencil, which: "edit" | "rotate" | "remove") => (
    <button
      type="button"
      className="button quiet icon"
      aria-label={label}
      title={label}
      onClick={() => {
        setWindow(which);
      }}
    >
      <Sign size={16} aria-hidden="true" />
    </button>
  );
  return (
    <li className="row channel-row" aria-label={of.name}>
      <Icon size={18} aria-hidden="true" />
      <div className="what">
        <div className="named">
          <span className="name">{of.name}</span>
          <span className="tag">{t.kinds[of.kind]}</span>
        </div>
        <small className="identifier muted" title={of.target}>
          {shortTarget(of)}
        </small>
        <small className="muted">{t.tells(eventNames(of))}</small>
        <State of={of} />
      </div>
      <button type="button" role="switch" className="switch" aria-checked={on} aria-label={t.active(of.name)} onClick={() => void flip()}>
        <span className="knob" aria-hidden="true" />
        <span className="word" aria-hidden="true">
          {on ? t.on : t.off}
        </span>
      </button>
      <div className="doings">
        <button type="button" className="button" aria-label={t.testOf(of.name)} aria-disabled={test.pending} onClick={() => void send()}>
          {test.pending ? t.testing : t.test}
        </button>
        <button
          type="button"
          className="button"
          aria-label={t.logOf(of.name)}
          onClick={() => {
            setWindow("log");
          }}
        >
          {t.log}
        </button>
        {doing(t.edit(of.name), Pencil, "edit")}
        {of.kind === "WEBHOOK" && doing(t.rotate(of.name), KeyRound, "rotate")}
        {doing(t.remove(of.name), Trash2, "remove")}
      </div>
      <div className="tested" role="status">
        {tested && (
          <>
            <p className={tested.state === "DELIVERED" ? "good" : "bad"}>
              {tested.state === "DELIVERED" ? <CircleCheck size={16} aria-hidden="true" /> : <CircleX size={16} aria-hidden="true" />}
              {tested.state === "DELIVERED" ? t.arrived : t.notArrived}
            </p>
            {unmask(Attempted, tested.attempts).map((attempt) => (
              <Attempt key={attempt.number} of={attempt} />
            ))}
          </>
        )}
      </div>
      {trouble !== "" && (
        <div className="trouble" role="alert">
          {trouble}
        </div>
      )}
      {window === "edit" && <ChannelForm of={of} onClose={close} onSaved={onChanged} />}
      {window === "rotate" && <RotateDialog of={of} onClose={close} onChanged={onChanged} />}
      {window === "remove" && <RemoveDialog of={of} onClose={close} onRemoved={onRemoved} />}
      {window === "log" && <LogDialog of={of} onClose={close} />}
    </li>
  );
}

/** Why nothing arrives, where nothing does. */
function State({ of: { failingSince, disabledAt, disabledReason } }: { of: Channel }) {
  const t = useWords(words);
  const format = useFormat();
  if (disabledAt == null && failingSince == null) return null;
  return (
    // Who switched it off by hand knows.
    <small className={failingSince == null ? "muted" : "amiss"}>
      {disabledAt == null ? t.failing(format.instant(failingSince ?? "")) : t.disabled(format.instant(disabledAt), disabledReason ?? "")}
    </small>
  );
}

function RemoveDialog({ of, onClose, onRemoved }: { of: Channel; onClose: () => void; onRemoved: () => void }) {
  const t = useWords(words);
  const { workspace } = usePlace();
  const remove = useChange(RemoveChannel);
  const confirm = async () => {
    // Where there is none any more, it is removed all the same.
    if (await remove.run({ workspaceId: workspace, id: of.id })) onRemoved();
  };
  return (
    <Dialog
      title={t.removeTitle(of.name)}
      onClose={onClose}
      actions={<Actions danger label={t.removeGo} pending={remove.pending} onCancel={onClose} onConfirm={() => void confirm()} />}
    >
      <p>{t.removeText}</p>
      <Trouble text={remove.beside()} />
    </Dialog>
  );
}

/** How long an old secret may sign beside the new one, in hours. */
const overlaps = [0, 1, 24, 72, 168] as const;

function RotateDialog({ of, onClose, onChanged }: { of: Channel; onClose: () => void; onChanged: (channel: Channel) => void }) {
  const t = useWords(words);
  const { workspace } = usePlace();
  const rotate = useChange(RotateSecret);
  const [overlap, setOverlap] = useState(24);
  const [secret, setSecret] = useState("");
  const submit = async () => {
    if (rotate.pending) return;
    const answer = await rotate.run({ workspaceId: workspace, id: of.id, overlapHours: overlap });
    if (!answer) return;
    setSecret(answer.rotateAlertChannelSecret.secret ?? "");
    onChanged(unmask(ChannelOfList, answer.rotateAlertChannelSecret.channel));
  };
  if (secret !== "") {
    return (
      <Dialog
        key="secret"
        title={t.rotateTitle(of.name)}
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
    <Dialog title={t.rotateTitle(of.name)} onClose={onClose} onSubmit={() => void submit()} actions={<Actions label={t.rotateGo} pending={rotate.pending} onCancel={onClose} />}>
      <p className="muted">{t.rotateText}</p>
      <Field label={t.overlap} fault={rotate.at("overlapHours")}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={overlap}
            onChange={(event) => {
              setOverlap(Number(event.target.value));
            }}
          >
            {overlaps.map((hours) => (
              <option key={hours} value={hours}>
                {t.overlaps(hours)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Trouble text={rotate.beside("overlapHours")} />
    </Dialog>
  );
}

/** How many deliveries the log shows. */
const shown = 20;

function LogDialog({ of, onClose }: { of: Channel; onClose: () => void }) {
  const t = useWords(words);
  const format = useFormat();
  const { language } = useLanguage();
  const { workspace } = usePlace();
  const { data, problem, message, refresh } = useAnswer(Log, { workspaceId: workspace, first: shown, language });
  // Those that were sent again since the answer.
  const [again, setAgain] = useState<{ of: typeof data; deliveries: readonly DeliveredFragment[] }>({ of: undefined, deliveries: [] });
  const list = useMemo(() => {
    const changed = again.of === data ? again.deliveries : [];
    return data?.alertChannels
      .find(({ id }) => id === of.id)
      ?.deliveries.map((each) => {
        const delivery = unmask(Delivered, each);
        return { alert: each.alert, delivery: changed.find(({ id }) => id === delivery.id) ?? delivery };
      });
  }, [data, again, of.id]);
  const followed = useMemo(() => list?.map(({ alert, delivery }) => ({ createdAt: alert.createdAt, deliveries: [delivery] })) ?? [], [list]);
  useFollow(followed, refresh);
  return (
    <Dialog
      title={t.logOf(of.name)}
      onClose={onClose}
      actions={
        <button type="button" className="button" onClick={onClose}>
          {t.close}
        </button>
      }
    >
      {!data && problem === undefined && <div className="skeleton log" role="status" aria-label={t.loading} />}
      {!data && problem !== undefined && <Unread text={`${t.failed} ${message}`} onAgain={refresh} />}
      {list?.length === 0 && <p className="muted">{t.none}</p>}
      {list && list.length > 0 && (
        <ul className="deliveries">
          {list.map(({ alert, delivery }) => (
            <Delivery
              key={delivery.id}
              of={delivery}
              name={
                <>
                  {alert.title} · <time dateTime={alert.createdAt}>{format.instant(alert.createdAt)}</time>
                </>
              }
              onChanged={(changed) => {
                setAgain({ of: data, deliveries: [...(again.of === data ? again.deliveries : []), changed] });
              }}
            />
          ))}
        </ul>
      )}
      {list?.length === shown && <p className="muted">{t.newest(shown)}</p>}
    </Dialog>
  );
}
