import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import "./popup.css";

interface Props {
  /** What the button shows. */
  readonly button: ReactNode;
  /** The button's name where it shows no words, or not all of them. */
  readonly label?: string;
  /** More of the button's classes. */
  readonly className?: string;
  /** On which edge of the button the panel aligns; start by default. */
  readonly align?: "start" | "end";
  readonly children: ReactNode | ((close: () => void) => ReactNode);
}

/** A button with a panel under it, which Escape, a click elsewhere or leaving it with Tab closes. */
export function Popup({ button, label, className = "", align = "start", children }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
    };
  }, [open]);

  const close = () => {
    setOpen(false);
    document.getElementById(`${id}-button`)?.focus();
  };
  return (
    <div
      className="popup"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        id={`${id}-button`}
        type="button"
        className={`button ${className}`}
        aria-label={label}
        title={label}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {button}
      </button>
      {open && (
        // A click beside the panel's controls gives it the focus, not what the popup stands in.
        <div id={id} className={`panel ${align}`} tabIndex={-1}>
          {typeof children === "function" ? children(close) : children}
        </div>
      )}
    </div>
  );
}
