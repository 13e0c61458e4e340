import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Amount } from "../../exact";
import { useFormat, useWords } from "../language";
import "./change.css";

const words = {
  en: { same: "no change", fresh: "new" },
  it: { same: "invariato", fresh: "nuovo" },
};

/** A figure that glows for a moment when it changes under the reader's eyes. */
export function Figure({ text }: { text: string }) {
  const [shown, setShown] = useState({ text, turn: 0 });
  if (shown.text !== text) setShown({ text, turn: shown.turn + 1 });
  return (
    <span key={shown.turn} className={shown.turn > 0 ? "ticking changed" : "ticking"}>
      {text}
    </span>
  );
}

/** By how many percent a figure changed: "new" where there was nothing, undefined where there was and is nothing. */
export function changeOf(now: Amount, before: Amount): number | "new" | undefined {
  if (Number(before) !== 0) return ((Number(now) - Number(before)) / Number(before)) * 100;
  return Number(now) === 0 ? undefined : "new";
}

/** A change, and against what, where that was something. More is neither good nor bad here: an arrow says which, no colour does. */
export function Change({ of, children }: { of: number | "new" | undefined; children?: ReactNode }) {
  const t = useWords(words);
  const f = useFormat();
  const up = of === "new" || (of ?? 0) >= 0.05;
  const down = of !== "new" && (of ?? 0) <= -0.05;
  return (
    <p className="change">
      {up && <ArrowUp size={14} aria-hidden="true" />}
      {down && <ArrowDown size={14} aria-hidden="true" />}
      <strong>{of === "new" ? t.fresh : up || down ? f.change(of ?? 0) : t.same}</strong> {typeof of === "number" && <span>{children}</span>}
    </p>
  );
}
