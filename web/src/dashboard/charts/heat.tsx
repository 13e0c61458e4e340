// A grid of cells, each as strong as its figure. It is a table, so there is no
// second one to keep for those who can't see colours.

import { useId, useImperativeHandle, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { Pictured } from "../widget";
import { inkOf, type Ink, type Tone } from "./ink";
import { frame } from "./picture";
import "./heat.css";

interface Props {
  readonly label: string;
  readonly rows: readonly { readonly name: string; readonly short: string }[];
  readonly columns: readonly { readonly name: string; readonly short: string }[];
  /** A row of figures for each row. */
  readonly values: readonly (readonly number[])[];
  readonly tone: Tone;
  /** A cell's figures in words, without its row and column. */
  readonly words: (row: number, column: number) => string;
  /** The ends of the scale, and what says to point at a cell. */
  readonly less: string;
  readonly more: string;
  readonly hint: string;
  readonly ref?: React.Ref<Pictured>;
}

const scale = [0, 0.25, 0.5, 0.75, 1];

/** How strong a cell is in percent: what is not nothing can be seen, and the lower half told apart. */
function strength(value: number, highest: number): number {
  return value <= 0 || highest <= 0 ? 0 : Math.round(14 + 86 * (value / highest) ** 0.8);
}

function look(part: number, at = false): { className: string; style: React.CSSProperties } {
  return { className: ["cell", ...(part === 0 ? ["none"] : []), ...(at ? ["at"] : [])].join(" "), style: { "--part": `${part}%` } as React.CSSProperties };
}

export function Heat({ label, rows, columns, values, tone, words, less, more, hint, ref }: Props) {
  const id = useId();
  const element = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<{ row: number; column: number } | null>(null);
  const highest = Math.max(0, ...values.flat());
  const cellId = (row: number, column: number) => `${id}-${row}-${column}`;

  // What gives the picture stays the same while the figures change.
  const paint = useRef<Pictured["picture"]>(null);
  useLayoutEffect(() => {
    paint.current = (title) => picture({ title, label, ink: inkOf(element.current ?? document.body), rows, columns, values, tone, highest });
  });
  useImperativeHandle(ref, () => ({ picture: (title) => paint.current?.(title) ?? document.createElement("canvas") }), []);

  const move = (event: KeyboardEvent) => {
    const from = at ?? { row: 0, column: 0 };
    const to = {
      ArrowLeft: { ...from, column: from.column - 1 },
      ArrowRight: { ...from, column: from.column + 1 },
      ArrowUp: { ...from, row: from.row - 1 },
      ArrowDown: { ...from, row: from.row + 1 },
      Home: { ...from, column: 0 },
      End: { ...from, column: columns.length - 1 },
      PageUp: { ...from, row: 0 },
      PageDown: { ...from, row: rows.length - 1 },
    }[event.key];
    if (event.key === "Escape") setAt(null);
    else if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    else {
      event.preventDefault();
      setAt({ row: Math.max(0, Math.min(rows.length - 1, to.row)), column: Math.max(0, Math.min(columns.length - 1, to.column)) });
    }
  };

  /** The cell under the pointer: a finger that moves stays with the cell it began at. */
  const point = (event: React.PointerEvent) => {
    const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-row]");
    if (!cell || !event.currentTarget.contains(cell)) return;
    setAt({ row: Number(cell.dataset.row), column: Number(cell.dataset.column) });
  };

  return (
    <div className={`heat ${tone}`} ref={element}>
      <table
        role="grid"
        aria-label={label}
        aria-readonly="true"
        tabIndex={0}
        aria-activedescendant={at ? cellId(at.row, at.column) : undefined}
        onKeyDown={move}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) setAt(at ?? { row: 0, column: 0 });
        }}
        onBlur={() => {
          setAt(null);
        }}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={(event) => {
          // A finger leaves with each tap: what it chose stays until it taps elsewhere.
          if (event.pointerType === "mouse") setAt(null);
        }}
      >
        {/* Laid out as a grid, a table would lose what it is: so each part says it. */}
        <thead role="rowgroup">
          <tr role="row">
            <td role="gridcell" />
            {columns.map(({ name, short }, column) => (
              <th key={name} role="columnheader" scope="col" className={column % 3 === 0 ? "" : "between"}>
                <span aria-hidden="true">{short}</span>
                <span className="visually-hidden">{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(({ name, short }, row) => (
            <tr key={name} role="row">
              <th role="rowheader" scope="row">
                <span aria-hidden="true">{short}</span>
                <span className="visually-hidden">{name}</span>
              </th>
              {columns.map((column, i) => (
                <td
                  key={column.name}
                  id={cellId(row, i)}
                  role="gridcell"
                  data-row={row}
                  data-column={i}
                  {...look(strength(values[row]?.[i] ?? 0, highest), at?.row === row && at.column === i)}
                >
                  <span className="visually-hidden">{words(row, i)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className="foot">
        <span className="told numbers" aria-hidden="true">
          {at ? (
            <>
              <strong>
                {rows[at.row]?.name}, {columns[at.column]?.name}
              </strong>
              {" · "}
              {words(at.row, at.column)}
            </>
          ) : (
            hint
          )}
        </span>
        <span className="scale" aria-hidden="true">
          {less}
          {scale.map((part) => (
            <span key={part} {...look(strength(part, 1))} />
          ))}
          {more}
        </span>
      </div>
    </div>
  );
}

/** A grid's place, as high without one. */
export function HeatPlace({ children }: { children: ReactNode }) {
  return (
    <div className="heat">
      <div className="place">{children}</div>
    </div>
  );
}

/** The grid on a canvas: days down, hours across, however it stands on the screen. */
function picture({
  title,
  label,
  ink,
  rows,
  columns,
  values,
  tone,
  highest,
}: Pick<Props, "label" | "rows" | "columns" | "values" | "tone"> & { title: string; ink: Ink; highest: number }): HTMLCanvasElement {
  const across = 26;
  const down = 28;
  const left = 52;
  const top = 24;
  return frame({ title, subtitle: label, legend: [], ink, width: left + columns.length * across, height: top + rows.length * down }, (context) => {
    context.font = `12px ${ink.family}`;
    context.fillStyle = ink.of("var(--muted)");
    context.textAlign = "center";
    columns.forEach(({ short }, column) => {
      if (column % 3 === 0) context.fillText(short, left + (column + 0.5) * across, 8);
    });
    context.textAlign = "start";
    rows.forEach(({ short }, row) => {
      context.fillStyle = ink.of("var(--muted)");
      context.fillText(short, 0, top + (row + 0.5) * down);
      columns.forEach((_, column) => {
        const part = strength(values[row]?.[column] ?? 0, highest);
        context.fillStyle = ink.of(part === 0 ? "var(--track)" : `color-mix(in oklab, var(--${tone}) ${part}%, var(--surface))`);
        context.beginPath();
        context.roundRect(left + column * across, top + row * down, across - 2, down - 2, 3);
        context.fill();
      });
    });
  });
}
