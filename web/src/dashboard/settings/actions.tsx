import { TriangleAlert } from "lucide-react";
import { useWords } from "../language";

const words = {
  en: { cancel: "Cancel", wait: "One moment…", again: "Try again" },
  it: { cancel: "Annulla", wait: "Un momento…", again: "Riprova" },
};

interface Props {
  /** What the main button does. */
  readonly label: string;
  readonly pending: boolean;
  readonly onCancel: () => void;
  /** Where given, the main button calls it; else it sends the form. */
  readonly onConfirm?: () => void;
  readonly danger?: boolean;
}

/** The buttons of a dialog that asks for a change. */
export function Actions({ label, pending, onCancel, onConfirm, danger = false }: Props) {
  const t = useWords(words);
  return (
    <>
      <button type="button" className="button" onClick={onCancel}>
        {t.cancel}
      </button>
      <button
        type={onConfirm ? "button" : "submit"}
        className={`button ${danger ? "danger" : "primary"}`}
        // Disabled for good it would lose the focus.
        aria-disabled={pending}
        onClick={() => {
          if (!pending) onConfirm?.();
        }}
      >
        {pending ? t.wait : label}
      </button>
    </>
  );
}

/** What went wrong, where anything did. */
export function Trouble({ text }: { text: string }) {
  if (text === "") return null;
  return (
    <div className="notice bad" role="alert">
      <TriangleAlert size={18} aria-hidden="true" />
      <span>{text}</span>
    </div>
  );
}

/** Stands in the place of what could not be read. */
export function Unread({ text, onAgain }: { text: string; onAgain: () => void }) {
  const t = useWords(words);
  return (
    <div className="notice bad" role="alert">
      <span>{text}</span>
      <button type="button" className="button" onClick={onAgain}>
        {t.again}
      </button>
    </div>
  );
}
