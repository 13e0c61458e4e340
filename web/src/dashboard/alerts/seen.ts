// Up to when somebody has seen a workspace's alerts, in this browser.

import { useCallback, useSyncExternalStore } from "react";

const item = (workspace: string) => `contatore.alerts.${workspace}`;

const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};
// Of other tabs.
addEventListener("storage", tell);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function kept(workspace: string): string {
  const time = localStorage.getItem(item(workspace)) ?? "";
  return Number.isNaN(Date.parse(time)) ? "" : time;
}

/** Whether an instant is after another, "" being before all. */
export function isAfter(time: string, other: string): boolean {
  return other === "" || Date.parse(time) > Date.parse(other);
}

/** When the newest alert that was seen happened, "" where none was; and how to say that a newer one was. */
export function useSeen(workspace: string): readonly [seen: string, see: (time: string) => void] {
  const seen = useSyncExternalStore(subscribe, () => kept(workspace));
  const see = useCallback(
    (time: string) => {
      if (!isAfter(time, kept(workspace))) return;
      localStorage.setItem(item(workspace), time);
      tell();
    },
    [workspace],
  );
  return [seen, see];
}
