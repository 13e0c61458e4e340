// What the tables of a ranking share: the cells with a row's figures, and the
// button under the first rows.

import { useFormat, useWords } from "../language";
import type { Amount } from "../../exact";
import { Bar } from "./bar";
import "./ranking.css";

const words = {
  en: { all: (n: number) => `Show all ${n}`, fewer: "Show fewer" },
  it: { all: (n: number) => `Mostra tutti e ${n}`, fewer: "Mostra meno" },
};

interface Figures {
  readonly messages: number;
  readonly cost: Amount;
  /** Part of the cost of all, 0 to 1; the bar is drawn against the largest. */
  readonly share: number;
  readonly largest: number;
}

export function FigureCells({ messages, cost, share, largest }: Figures) {
  const f = useFormat();
  return (
    <>
      <td className="number">{f.count(messages)}</td>
      <td className="number" title={f.exactMoney(cost)}>
        {f.money(cost)}
      </td>
      <td className="part">
        <span className="share">
          <Bar part={largest === 0 ? 0 : share / largest} />
          <span className="numbers">{f.share(share)}</span>
        </span>
      </td>
    </>
  );
}

/** Shows all rows of the table, or just the first. */
export function More({ rows, all, onAll, table }: { rows: number; all: boolean; onAll: (all: boolean) => void; table: string }) {
  const t = useWords(words);
  return (
    <button
      type="button"
      className="button quiet more"
      aria-expanded={all}
      aria-controls={table}
      onClick={() => {
        onAll(!all);
      }}
    >
      {all ? t.fewer : t.all(rows)}
    </button>
  );
}
