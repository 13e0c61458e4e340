// The bar above every view, and the view.

import { Download, EllipsisVertical, LogOut, Settings as Gear, Share2, SquareTerminal } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import icon from "../../icon.svg";
import { linkTo, useAddress } from "../address";
import { Bell } from "../alerts/bell";
import { Popup } from "../controls/popup";
import { useWords } from "../language";
import { Overview } from "../overview/overview";
import { mayManage, usePlace } from "../place";
import { FilterButton, FilterChips } from "./filters";
import { LiveMark } from "./livemark";
import { Preferences } from "./preferences";
import { RangePicker } from "./range";
import { Switcher } from "./switcher";
import "./shell.css";

const ClientPage = lazy(() => import("../client/client").then((module) => ({ default: module.ClientPage })));
const Settings = lazy(() => import("../settings/settings").then((module) => ({ default: module.Settings })));
const ShareDialog = lazy(() => import("../settings/links").then((module) => ({ default: module.ShareDialog })));
const ExportDialog = lazy(() => import("../export/dialog").then((module) => ({ default: module.ExportDialog })));

const words = {
  en: {
    skip: "Skip to the figures",
    home: "Overview",
    share: "Share",
    export: "Export",
    settings: "Settings",
    more: "More",
    signOut: "Sign out",
    graphiql: "Explore in GraphiQL",
  },
  it: {
    skip: "Vai ai dati",
    home: "Panoramica",
    share: "Condividi",
    export: "Esporta",
    settings: "Impostazioni",
    more: "Altro",
    signOut: "Esci",
    graphiql: "Esplora in GraphiQL",
  },
};

export function Shell({ onSignOut }: { onSignOut: () => void }) {
  const t = useWords(words);
  const { view, client } = useAddress();
  const { workspace, name, role } = usePlace();
  const [window, setWindow] = useState<"share" | "export">();
  const close = () => {
    setWindow(undefined);
  };
  const without = view === "client" ? "clients" : undefined;
  return (
    <div className="shell">
      <a className="button skip" href="#figures">
        {t.skip}
      </a>
      <header className="topbar">
        <a className="home" {...linkTo({ view: "overview" })} aria-label={t.home}>
          <img src={icon} alt="" width="28" height="28" />
        </a>
        <Switcher />
        <LiveMark />
        <div className="push" />
        {view !== "settings" && (
          <div className="question">
            <FilterButton without={without} />
            <RangePicker />
          </div>
        )}
        <Bell key={workspace} />
        <Popup label={t.more} className="quiet icon more" align="end" button={<EllipsisVertical size={18} aria-hidden="true" />}>
          {(leave) => (
            <div className="choices">
              {view !== "settings" && (
                <button
                  type="button"
                  className="choice"
                  onClick={() => {
                    leave();
                    setWindow("export");
                  }}
                >
                  <Download size={16} aria-hidden="true" />
                  {t.export}
                </button>
              )}
              {mayManage(role) && (
                <>
                  <button
                    type="button"
                    className="choice"
                    onClick={() => {
                      leave();
                      setWindow("share");
                    }}
                  >
                    <Share2 size={16} aria-hidden="true" />
                    {t.share}
                  </button>
                  <a
                    className="choice"
                    {...linkTo({ view: "settings", tab: "workspace" })}
                    onClickCapture={leave}
                  >
                    <Gear size={16} aria-hidden="true" />
                    {t.settings}
                  </a>
                </>
              )}
              <a className="choice" href="/graphiql">
                <SquareTerminal size={16} aria-hidden="true" />
                {t.graphiql}
              </a>
              <button type="button" className="choice" onClick={onSignOut}>
                <LogOut size={16} aria-hidden="true" />
                {t.signOut}
              </button>
              <Preferences />
            </div>
          )}
        </Popup>
      </header>
      <main id="figures" tabIndex={-1}>
        {view !== "settings" && <FilterChips without={without} />}
        <h1 className="visually-hidden">{name}</h1>
        <Suspense fallback={<div className="skeleton view" />}>
          {/* Each workspace and client starts afresh: no figure of one is ever shown under the name of another. */}
          {view === "overview" && <Overview key={workspace} />}
          {view === "client" && <ClientPage key={`${workspace} ${client}`} />}
          {view === "settings" && <Settings key={workspace} />}
        </Suspense>
      </main>
      <Suspense>
        {window === "share" && <ShareDialog onClose={close} />}
        {window === "export" && <ExportDialog onClose={close} />}
      </Suspense>
    </div>
  );
}
