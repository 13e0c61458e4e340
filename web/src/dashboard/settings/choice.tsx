import { ChevronDown } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { Picker, type Option } from "../controls/picker";
import { Popup } from "../controls/popup";

interface Props {
  readonly label: string;
  readonly search: string;
  readonly empty: string;
  readonly value: string;
  /** How the value is shown. */
  readonly shown: string;
  /** The choices that a search finds. */
  readonly find: (text: string) => readonly Option[];
  readonly onPick: (value: string) => void;
  readonly hint?: ReactNode;
  readonly fault: string;
}

/** A field whose value is picked from a long list. */
export function Choice({ label, search, empty, value, shown, find, onPick, hint, fault }: Props) {
  const id = useId();
  return (
    <div className="field choice-field" role="group" aria-labelledby={id} aria-describedby={`${id}-hint ${id}-fault`}>
      <span className="label" id={id}>
        {label}
      </span>
      <Popup
        label={`${label}: ${shown}`}
        button={
          <>
            <span>{shown}</span>
            <ChevronDown size={14} aria-hidden="true" />
          </>
        }
      >
        {(close) => (
          <List
            search={search}
            empty={empty}
            value={value}
            find={find}
            onPick={(picked) => {
              onPick(picked);
              close();
            }}
          />
        )}
      </Popup>
      {hint !== undefined && (
        <div className="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {fault !== "" && (
        <div className="fault" id={`${id}-fault`} role="alert">
          {fault}
        </div>
      )}
    </div>
  );
}

function List({ search, empty, value, find, onPick }: Pick<Props, "search" | "empty" | "value" | "find" | "onPick">) {
  const [text, setText] = useState("");
  return (
    <Picker
      label={search}
      text={text}
      onText={setText}
      options={find(text.trim())}
      chosen={(each) => each === value}
      onPick={(option) => {
        onPick(option.value);
      }}
      empty={empty}
    />
  );
}
