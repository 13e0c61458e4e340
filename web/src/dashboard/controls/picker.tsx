import { Check, Search } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { useWords } from "../language";
import "./picker.css";

export interface Option {
  readonly value: string;
  readonly label: string;
  /** A second line, or what tells it from others of the same label. */
  readonly detail?: string;
}

interface Props {
  /** What is searched for, such as "Search clients". */
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** What the text finds; undefined while it is being looked for. */
  readonly options: readonly Option[] | undefined;
  readonly chosen?: (value: string) => boolean;
  readonly onPick: (option: Option) => void;
  /** What stands where nothing is found. */
  readonly empty: string;
  readonly footer?: ReactNode;
}

const words = {
  en: { searching: "Searching…", found: (n: number) => `${n} found` },
  it: { searching: "Ricerca…", found: (n: number) => `${n} trovati` },
};

/** A search field over a list to pick from: arrows move, Enter picks (the ARIA combobox pattern). */
export function Picker({ label, text, onText, options, chosen, onPick, empty, footer }: Props) {
  const t = useWords(words);
  const [at, setAt] = useState(0);
  const id = useId();
  const list = options ?? [];
  const active = Math.min(at, list.length - 1);
  const show = (index: number) => {
    setAt(index);
    document.getElementById(`${id}-${index}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div className="picker">
      <div className="search">
        <Search size={16} aria-hidden="true" />
        <input
          className="input"
          type="text"
          role="combobox"
          aria-label={label}
          placeholder={label}
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={id}
          aria-activedescendant={list.length > 0 ? `${id}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          // The panel was opened to type here.
          autoFocus
          value={text}
          onChange={(event) => {
            onText(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const moves: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 };
            const to = moves[event.key];
            const picked = list[active];
            if (to !== undefined) show(Math.max(0, Math.min(to, list.length - 1)));
            else if (event.key === "Enter" && picked) onPick(picked);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <ul
        id={id}
        role="listbox"
        aria-label={label}
        className="choices"
        aria-busy={options === undefined}
        // The focus stays where one types.
        onMouseDown={(event) => {
          event.preventDefault();
        }}
      >
        {list.map((option, index) => (
          <li
            key={option.value}
            id={`${id}-${index}`}
            role="option"
            aria-selected={chosen?.(option.value) ?? false}
            className={`choice ${index === active ? "active" : ""}`}
            onPointerMove={() => {
              setAt(index);
            }}
            onClick={() => {
              onPick(option);
            }}
          >
            <span className="named">
              <span>{option.label}</span>
              {option.detail !== undefined && <small>{option.detail}</small>}
            </span>
            {chosen?.(option.value) && <Check className="end" size={16} aria-hidden="true" />}
          </li>
        ))}
      </ul>
      <p role="status" className={list.length > 0 ? "visually-hidden" : "nothing"}>
        {options === undefined ? t.searching : list.length === 0 ? empty : t.found(list.length)}
      </p>
      {footer}
    </div>
  );
}
