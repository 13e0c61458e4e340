// A line in a word's height: how it went, without a number. It is part of the
// first paint, so it needs nothing.

import type { Amount } from "../../exact";
import type { Tone } from "./ink";
import "./sparkline.css";

const width = 100;
const height = 28;

/** Hidden from who can't see it: the figures beside it say the same. */
export function Sparkline({ values, tone = "cost" }: { values: readonly Amount[]; tone?: Tone }) {
  const highest = Math.max(...values.map(Number), Number.MIN_VALUE);
  // One value alone is a line too.
  const shown = values.length === 1 ? [...values, ...values] : values;
  const step = width / Math.max(1, shown.length - 1);
  const line = shown.map((value, index) => `${(index * step).toFixed(2)},${(height - 1 - (Number(value) / highest) * (height - 3)).toFixed(2)}`).join(" ");
  return (
    <svg className={`sparkline ${tone}`} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {shown.length > 0 && <polygon points={`0,${height} ${line} ${width},${height}`} />}
      <polyline points={line} />
    </svg>
  );
}
