// Which of the page's faces is shown: the door, a workspace, or why neither.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Provider } from "urql";
import { graphql } from "../gql";
import { keepKey, keepWorkspace, openSession, type Session } from "../session";
import { go, useAddress } from "./address";
import { useAnswer } from "./answer";
import { openClient } from "./client";
import { LanguageProvider } from "./language";
import { LiveProvider } from "./live";
import { type Place, PlaceContext } from "./place";
import { Shell } from "./shell/shell";
import { MissingWorkspace, NoWorkspace, Opening, TracksOnly } from "./signin/doors";
import { SignIn } from "./signin/signin";

const Who = graphql(`
  query Who($id: ID!, $some: Boolean!) {
    viewer {
      role
      workspaceId
    }
    workspace(id: $id) @include(if: $some) {
      id
      name
      currency
      timeZone
      budget {
        version
      }
    }
    workspaces(first: 1, orderBy: [{ field: NAME, direction: ASC }]) @skip(if: $some) {
      edges {
        node {
          id
        }
      }
    }
  }
`);

const Viewer = graphql(`
  query Viewer {
    viewer {
      role
    }
  }
`);

export function App() {
  const [session, setSession] = useState(openSession);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    const onLink = () => {
      const linked = openSession();
      setSession(linked);
      setRefused(false);
      if (linked.workspace !== "") go({ workspace: linked.workspace, view: "overview" });
    };
    addEventListener("hashchange", onLink);
    return () => {
      removeEventListener("hashchange", onLink);
    };
  }, []);

  const enter = useCallback((key: string) => {
    keepKey(key);
    setSession((before) => ({ ...before, key }));
    setRefused(false);
  }, []);
  const leave = useCallback((wasRefused: boolean) => {
    keepKey("");
    keepWorkspace("");
    setSession({ key: "", workspace: "" });
    setRefused(wasRefused);
    if (!wasRefused) go({ workspace: "", view: "overview" }, { replace: true });
  }, []);

  const client = useMemo(() => openClient(session.key), [session.key]);
  return (
    <LanguageProvider>
      {session.key === "" ? (
        <SignIn refused={refused} onKey={enter} />
      ) : (
        <Provider value={client}>
          <Home session={session} onLeave={leave} key={session.key} />
        </Provider>
      )}
    </LanguageProvider>
  );
}

/** Signed in: finds out who this is and which workspace to show. */
function Home({ session, onLeave }: { session: Session; onLeave: (refused: boolean) => void }) {
  const address = useAddress();
  const wanted = address.workspace || session.workspace;
  const who = useAnswer(Who, { id: wanted, some: wanted !== "" });
  // A key that only tracks may ask for nothing but this.
  const tracks = useAnswer(Viewer, {}, { paused: who.problem !== "forbidden" });

  const only = who.data?.viewer.workspaceId ?? null;
  const first = wanted === "" ? (only ?? who.data?.workspaces?.edges?.[0]?.node?.id ?? "") : "";
  useEffect(() => {
    if (first !== "") go({ workspace: first }, { replace: true });
    else if (address.workspace === "" && wanted !== "") go({ workspace: wanted }, { replace: true });
  }, [first, wanted, address.workspace]);
  useEffect(() => {
    if (address.workspace !== "") keepWorkspace(address.workspace);
  }, [address.workspace]);
  useEffect(() => {
    if (who.problem === "refused") onLeave(true);
  }, [who.problem, onLeave]);

  const onRefused = useCallback(() => {
    onLeave(true);
  }, [onLeave]);
  const found = who.data?.workspace;
  const role = who.data?.viewer.role;
  const { refresh } = who;
  const place = useMemo<Place | undefined>(() => {
    if (!found || !role) return undefined;
    return { workspace: found.id, name: found.name, currency: found.currency, timeZone: found.timeZone, budgeted: found.budget !== null, role, only, key: session.key, refresh };
  }, [found, role, only, session.key, refresh]);

  // What had the focus went with the view before: the new one gets it, or keys would begin at the top again.
  const arrived = place ? `${place.workspace} ${address.view} ${address.client}` : "";
  const left = useRef("");
  useEffect(() => {
    if (arrived === "") return;
    if (left.current !== "" && left.current !== arrived && document.activeElement === document.body) {
      document.getElementById("figures")?.focus({ preventScroll: true });
    }
    left.current = arrived;
  }, [arrived]);

  const signOut = () => {
    onLeave(false);
  };
  if (tracks.data) return <TracksOnly onSignOut={signOut} />;
  if (place && found && (!who.stale || found.id === wanted)) {
    return (
      <PlaceContext value={place}>
        <LiveProvider onRefused={onRefused}>
          <Shell onSignOut={signOut} />
        </LiveProvider>
      </PlaceContext>
    );
  }
  if (!who.data || who.stale || first !== "") return <Opening away={who.problem === "away"} problem={who.problem === "failed" ? who.message : ""} onSignOut={signOut} />;
  if (wanted === "") return <NoWorkspace admin={role === "ADMIN"} onSignOut={signOut} />;
  return <MissingWorkspace id={wanted} onSignOut={signOut} />;
}
