import { TriangleAlert } from "lucide-react";
import { CopyButton } from "../controls/copy";
import { Field } from "../controls/field";

/** A text that is shown this once, to be copied. */
export function Secret({ label, text, warning }: { label: string; text: string; warning: string }) {
  return (
    <div className="secret">
      <Field label={label}>
        {(control) => (
          <div className="line">
            <textarea
              {...control}
              className="input"
              rows={2}
              readOnly
              spellCheck={false}
              // It stands where the form was that had the focus.
              autoFocus
              value={text}
              onFocus={(event) => {
                event.target.select();
              }}
            />
            <CopyButton text={text} className="primary" />
          </div>
        )}
      </Field>
      <div className="notice warn">
        <TriangleAlert size={18} aria-hidden="true" />
        <span>{warning}</span>
      </div>
    </div>
  );
}
