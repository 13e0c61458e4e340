import type { Storage } from "@graphiql/toolkit";

/**
 * GraphiQL's memory in localStorage, one for each workspace, so that a link to
 * another workspace opens with its own tabs. Only the theme is common to all.
 */
export function workspaceStorage(workspace: string): Storage {
  const prefix = `contatore:${workspace}:`;
  const place = (name: string) => (name === "graphiql:theme" ? name : prefix + name);
  const own = () => Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  return {
    getItem: (name) => localStorage.getItem(place(name)),
    setItem: (name, value) => {
      localStorage.setItem(place(name), value);
    },
    removeItem: (name) => {
      localStorage.removeItem(place(name));
    },
    clear: () => {
      for (const name of own()) localStorage.removeItem(name);
    },
    get length() {
      return own().length;
    },
  };
}
