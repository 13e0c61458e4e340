import { useId, type ReactNode } from "react";

/** What a control in a field needs to be told of its label, hint and fault. */
export interface Labelled {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
}

interface Props {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value; "" where nothing is. */
  readonly fault?: string;
  readonly children: (control: Labelled) => ReactNode;
}

/** A labelled control: `<Field label="Name">{(control) => <input className="input" {...control} />}</Field>`. */
export function Field({ label, hint, fault = "", children }: Props) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, fault !== "" && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": fault !== "" })}
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
