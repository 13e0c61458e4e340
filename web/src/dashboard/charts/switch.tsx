import { useId, type ReactNode } from "react";
import "./switch.css";

export interface Choice<T extends string> {
  readonly value: T;
  /** What the choice is called; shown where there is no sign for it. */
  readonly name: string;
  readonly sign?: ReactNode;
}

interface Props<T extends string> {
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of a few, beside each other. Radio buttons, so the arrow keys work as everywhere. */
export function Switch<T extends string>({ label, choices, value, onChange }: Props<T>) {
  const group = useId();
  return (
    <div className="switch" role="radiogroup" aria-label={label}>
      {choices.map((choice) => (
        <label key={choice.value} title={choice.sign === undefined ? undefined : choice.name}>
          <input
            type="radio"
            name={group}
            aria-label={choice.name}
            checked={choice.value === value}
            onChange={() => {
              onChange(choice.value);
            }}
          />
          {choice.sign ?? choice.name}
        </label>
      ))}
    </div>
  );
}
