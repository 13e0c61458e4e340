import { X } from "lucide-react";
import { useId, useLayoutEffect, useRef, type ReactNode } from "react";
import { useWords } from "../language";
import "./dialog.css";

const words = { en: { close: "Close" }, it: { close: "Chiudi" } };

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the bottom, the main one last. */
  readonly actions?: ReactNode;
  /** Where given, content and actions are a form that Enter sends. */
  readonly onSubmit?: () => void;
}

/** A window over the page, open for as long as it is rendered; the browser keeps the focus in it and Escape closes it. */
export function Dialog({ title, onClose, children, actions, onSubmit }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // In the layout phase: closed while it is still in the page, it gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) {
      element.showModal();
      // Else it would be the button that closes: what is hidden takes no focus, so that autoFocus was in vain.
      element.querySelector<HTMLElement>("form :is(input, select, textarea)")?.focus();
    }
    return () => element?.close();
  }, []);
  const content = (
    <>
      <div className="content">{children}</div>
      {actions !== undefined && <div className="actions">{actions}</div>}
    </>
  );
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose(); // the backdrop
      }}
    >
      <div className="sheet">
        {/* No header element: that would be the page's banner. */}
        <div className="head">
          <h2 id={id}>{title}</h2>
          <button type="button" className="button quiet icon" aria-label={useWords(words).close} onClick={onClose}>
            <X size={18} aria-hidden="true" />
          </button>
        </div>
        {onSubmit ? (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              onSubmit();
            }}
          >
            {content}
          </form>
        ) : (
          content
        )}
      </div>
    </dialog>
  );
}
