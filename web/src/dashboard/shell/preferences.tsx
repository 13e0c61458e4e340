import { Languages, Moon, Sun, SunMoon } from "lucide-react";
import { useState } from "react";
import { type Language, languages, useLanguage, useWords } from "../language";

const words = {
  en: { language: "Language", light: "Light", dark: "Dark", system: "As the system", theme: "Theme" },
  it: { language: "Lingua", light: "Chiaro", dark: "Scuro", system: "Come il sistema", theme: "Tema" },
};

export type Theme = "system" | "light" | "dark";

const item = "contatore.theme";

/** The theme that was chosen in this browser. */
function chosenTheme(): Theme {
  const kept = localStorage.getItem(item);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Shows the page in a theme; charts follow the attribute. */
function show(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

show(chosenTheme());

const icons = { system: SunMoon, light: Sun, dark: Moon };
const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

/** Language and theme, kept in this browser. */
export function Preferences() {
  const t = useWords(words);
  const { language, speak } = useLanguage();
  const [theme, setTheme] = useState(chosenTheme);
  const Icon = icons[theme];
  return (
    <div className="preferences">
      <label className="button quiet">
        <Languages size={16} aria-hidden="true" />
        <span className="visually-hidden">{t.language}</span>
        <select
          value={language}
          onChange={(event) => {
            speak(event.target.value as Language);
          }}
        >
          {Object.entries(languages).map(([tag, name]) => (
            <option key={tag} value={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="button quiet icon"
        aria-label={`${t.theme}: ${t[theme]}`}
        title={`${t.theme}: ${t[theme]}`}
        onClick={() => {
          const chosen = next[theme];
          localStorage.setItem(item, chosen);
          show(chosen);
          setTheme(chosen);
        }}
      >
        <Icon size={18} aria-hidden="true" />
      </button>
    </div>
  );
}
