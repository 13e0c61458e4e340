// The keys of a workspace, those that are links among them, and the end of one.

import { useEffect, useState, type ReactNode, type RefObject } from "react";
import { flushSync } from "react-dom";
import { graphql, unmask, type FragmentType } from "../../gql";
import type { KeyOfListFragment } from "../../gql/graphql";
import { useAnswer } from "../answer";
import { Dialog } from "../controls/dialog";
import { useFormat, useWords } from "../language";
import { Actions, Trouble, Unread } from "./actions";
import { useChange } from "./change";

const words = {
  en: {
    failed: "The list can't be shown now.",
    loading: "Loading…",
    created: (time: string) => `created ${time}`,
    expires: (time: string) => `expires ${time}`,
    expired: (time: string) => `expired ${time}`,
    revoked: (time: string) => `revoked ${time}`,
    never: "never expires",
    tags: { good: "", expired: "Expired", revoked: "Revoked" },
    revoke: "Revoke",
    revokeNamed: (name: string) => `Revoke ${name}`,
    ended: (n: number) => `Revoked and expired (${n})`,
    keyTitle: (name: string) => `Revoke the key “${name}”?`,
    linkTitle: (name: string) => `Revoke the link “${name}”?`,
    keyText: "Whatever uses this key is refused from now on, flows and open dashboards too. A revoked key can't be brought back.",
    linkText: "Whoever opens this link is refused from now on, and who looks at the dashboard with it now loses it. A revoked link can't be brought back.",
    own: "This looks like the key that you are signed in with: revoking it would sign you out.",
  },
  it: {
    failed: "L'elenco non si può mostrare ora.",
    loading: "Caricamento…",
    created: (time: string) => `creata ${time}`,
    expires: (time: string) => `scade ${time}`,
    expired: (time: string) => `scaduta ${time}`,
    revoked: (time: string) => `revocata ${time}`,
    never: "non scade mai",
    tags: { good: "", expired: "Scaduta", revoked: "Revocata" },
    revoke: "Revoca",
    revokeNamed: (name: string) => `Revoca ${name}`,
    ended: (n: number) => `Revocate e scadute (${n})`,
    keyTitle: (name: string) => `Revocare la chiave «${name}»?`,
    linkTitle: (name: string) => `Revocare il link «${name}»?`,
    keyText: "Tutto ciò che usa questa chiave viene rifiutato da subito, anche i flussi e le dashboard aperte. Una chiave revocata non si può recuperare.",
    linkText: "Chi apre questo link viene rifiutato da subito, e chi sta guardando la dashboard con esso la perde. Un link revocato non si può recuperare.",
    own: "Sembra la chiave con cui sei entrato: revocandola usciresti.",
  },
};

const KeyOfList = graphql(`
  fragment KeyOfList on ApiKey {
    id
    name
    role
    workspaceId
    createdAt
    expiresAt
    revokedAt
  }
`);

const Keys = graphql(`
  query Keys($workspaceId: ID) {
    viewer {
      name
      role
      workspaceId
      expiresAt
    }
    apiKeys(workspaceId: $workspaceId) {
      ...KeyOfList
    }
  }
`);

const Revoke = graphql(`
  mutation RevokeKey($id: ID!) {
    revokeApiKey(id: $id)
  }
`);

export type Key = KeyOfListFragment;

/** What the name of a key that is a link begins with. */
const linkMark = "Link: ";

export function linkName(name: string): string {
  return linkMark + name;
}

export function isLink(key: Key): boolean {
  return key.role === "READ" && key.workspaceId !== null && key.expiresAt !== null && key.name.startsWith(linkMark);
}

/** A key's name for people: a link's without its mark. */
function shownName(key: Key): string {
  return isLink(key) ? key.name.slice(linkMark.length) : key.name;
}

function stateOf(key: Key): "good" | "expired" | "revoked" {
  if (key.revokedAt) return "revoked";
  return key.expiresAt && Date.parse(key.expiresAt) <= Date.now() ? "expired" : "good";
}

// Keys are made and ended in dialogs that any view may open: the lists are told.
const lists = new Set<() => void>();

/** Tells the lists of keys that there is another one, or one fewer. */
export function tellKeyLists(): void {
  for (const ask of lists) ask();
}

/** The keys of a workspace, the newest first; without one, those that hold for every workspace. */
export function useKeys(workspaceId: string | null) {
  const { data, message, problem, refresh } = useAnswer(Keys, { workspaceId });
  useEffect(() => {
    lists.add(refresh);
    return () => {
      lists.delete(refresh);
    };
  }, [refresh]);
  const all = data && unmask(KeyOfList, data.apiKeys as readonly FragmentType<typeof KeyOfList>[]);
  const viewer = data?.viewer;
  return {
    keys: workspaceId === null ? all?.filter((key) => key.workspaceId === null) : all,
    /** Whether a key looks like the one that the page was opened with. */
    isOwn: (key: Key) => key.name === viewer?.name && key.role === viewer.role && key.workspaceId === viewer.workspaceId && key.expiresAt === viewer.expiresAt,
    message,
    failed: problem !== undefined && !data,
    refresh,
  };
}

interface Props {
  readonly list: ReturnType<typeof useKeys>;
  readonly shown: (key: Key) => boolean;
  /** More of a key's tags. */
  readonly tags?: (key: Key) => ReactNode;
  /** What stands where there is none. */
  readonly empty: ReactNode;
  /** What gets the focus after a key has left the list. */
  readonly heading: RefObject<HTMLElement | null>;
}

export function KeyList({ list, shown, tags, empty, heading }: Props) {
  const t = useWords(words);
  const [ending, setEnding] = useState<Key>();
  if (list.failed) {
    return <Unread text={`${t.failed} ${list.message}`} onAgain={list.refresh} />;
  }
  if (!list.keys) {
    return (
      <div className="rows" role="status" aria-label={t.loading}>
        <div className="skeleton" />
        <div className="skeleton" />
      </div>
    );
  }
  const keys = list.keys.filter(shown);
  const good = keys.filter((key) => stateOf(key) === "good");
  const ended = keys.filter((key) => stateOf(key) !== "good");
  return (
    <>
      {good.length === 0 && <div className="nothing">{empty}</div>}
      {good.length > 0 && (
        <ul className="rows">
          {good.map((key) => (
            <KeyRow key={key.id} of={key} tags={tags?.(key)} onRevoke={setEnding} />
          ))}
        </ul>
      )}
      {ended.length > 0 && (
        <details>
          <summary>{t.ended(ended.length)}</summary>
          <ul className="rows">
            {ended.map((key) => (
              <KeyRow key={key.id} of={key} tags={tags?.(key)} />
            ))}
          </ul>
        </details>
      )}
      {ending && (
        <RevokeDialog
          of={ending}
          own={list.isOwn(ending)}
          onClose={() => {
            setEnding(undefined);
          }}
          onRevoked={() => {
            flushSync(() => {
              setEnding(undefined);
            });
            heading.current?.focus();
            tellKeyLists();
          }}
        />
      )}
    </>
  );
}

function KeyRow({ of, tags, onRevoke }: { of: Key; tags: ReactNode; onRevoke?: (key: Key) => void }) {
  const t = useWords(words);
  const format = useFormat();
  const state = stateOf(of);
  const end = of.revokedAt
    ? t.revoked(format.instant(of.revokedAt))
    : of.expiresAt
      ? (state === "expired" ? t.expired : t.expires)(format.instant(of.expiresAt))
      : t.never;
  return (
    <li className="row key-row">
      <div className="what">
        <div className="named">
          <span className="name">{shownName(of)}</span>
          {tags}
          {state !== "good" && <span className="tag ended">{t.tags[state]}</span>}
        </div>
        <small className="muted">
          {t.created(format.instant(of.createdAt))} · {end}
        </small>
      </div>
      {onRevoke && (
        <button
          type="button"
          className="button danger"
          aria-label={t.revokeNamed(shownName(of))}
          onClick={() => {
            onRevoke(of);
          }}
        >
          {t.revoke}
        </button>
      )}
    </li>
  );
}

function RevokeDialog({ of, own, onClose, onRevoked }: { of: Key; own: boolean; onClose: () => void; onRevoked: () => void }) {
  const t = useWords(words);
  const revoke = useChange(Revoke);
  const link = isLink(of);
  const confirm = async () => {
    // Where there is no such key any more, it is revoked all the same.
    if (await revoke.run({ id: of.id })) onRevoked();
  };
  return (
    <Dialog
      title={(link ? t.linkTitle : t.keyTitle)(shownName(of))}
      onClose={onClose}
      actions={<Actions danger label={t.revoke} pending={revoke.pending} onCancel={onClose} onConfirm={() => void confirm()} />}
    >
      <p>{link ? t.linkText : t.keyText}</p>
      {own && <p className="notice warn">{t.own}</p>}
      <Trouble text={revoke.beside()} />
    </Dialog>
  );
}
