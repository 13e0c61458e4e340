// The channels of a workspace.

import { graphql, unmask, type FragmentType } from "../../gql";
import type { ChannelOfListFragment } from "../../gql/graphql";
import { type Event, events, eventWords, usualEvents } from "../alerts/events";
import { useLanguage, useWords } from "../language";

const words = {
  en: { all: "everything", usual: "everything but reports" },
  it: { all: "tutto", usual: "tutto tranne i report" },
};

export const ChannelOfList = graphql(`
  fragment ChannelOfList on AlertChannel {
    id
    kind
    name
    target
    events
    failingSince
    disabledAt
    disabledReason
    version
  }
`);

export const Channels = graphql(`
  query AlertChannels($workspaceId: ID!) {
    alertChannels(workspaceId: $workspaceId) {
      ...ChannelOfList
    }
  }
`);

export const UpdateChannel = graphql(`
  mutation UpdateAlertChannel($workspaceId: ID!, $id: ID!, $input: UpdateAlertChannelInput!) {
    updateAlertChannel(workspaceId: $workspaceId, id: $id, input: $input) {
      ...ChannelOfList
    }
  }
`);

export type Channel = ChannelOfListFragment;

/** The channels of an answer. */
export function channelsOf(list: readonly FragmentType<typeof ChannelOfList>[]): readonly Channel[] {
  return unmask(ChannelOfList, list);
}

/** What a channel is told. */
export function eventsOf(channel: Channel): readonly Event[] {
  return channel.events.length === 0 ? usualEvents : events.filter((event) => channel.events.includes(event));
}

/** Names what a channel is told. */
export function useEventNames(): (channel: Channel) => string {
  const t = useWords(words);
  const of = useWords(eventWords);
  const { language } = useLanguage();
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  return (channel) => {
    const told = eventsOf(channel);
    if (told.length === events.length) return t.all;
    if (channel.events.length === 0) return t.usual;
    return list.format(told.map((event) => of[event].name).map((name) => name.charAt(0).toLowerCase() + name.slice(1)));
  };
}

/** A target in a line: what comes after a URL's host may be a secret, and is long. */
export function shortTarget({ kind, target }: Channel): string {
  if (kind === "EMAIL" || target.length <= most) return target;
  return `${target.slice(0, most - 5)}…${target.slice(-4)}`;
}

/** The most characters of a URL that are shown. */
const most = 44;
