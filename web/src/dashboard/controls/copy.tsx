import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useWords } from "../language";

const words = { en: { copy: "Copy", copied: "Copied" }, it: { copy: "Copia", copied: "Copiato" } };

/** Copies a text. A page that came by plain HTTP from another host has no clipboard: there it is not shown. */
export function CopyButton({ text, className = "" }: { text: string; className?: string }) {
  const t = useWords(words);
  const [copied, setCopied] = useState("");
  if (!isSecureContext) return null;
  const done = copied === text;
  return (
    <button
      type="button"
      className={`button ${className}`}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          setCopied(text);
        });
      }}
    >
      {done ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      <span aria-live="polite">{done ? t.copied : t.copy}</span>
    </button>
  );
}
