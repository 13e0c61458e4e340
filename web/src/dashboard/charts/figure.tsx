// Charts as widgets use them. What draws is a chunk of its own that comes after
// the page is painted; the place that it takes is kept from the beginning.

import { lazy, Suspense, useEffect, useId, type ReactNode } from "react";
import type { Pictured } from "../widget";
import type { Tone } from "./ink";
import type { Ticks } from "./ticks";
import "./figure.css";

/** How a series is drawn. */
export type Manner = "bars" | "line" | "dashes" | "dots";

/** A sample of a colour, and what it stands for. */
export interface Key {
  readonly label: string;
  readonly tone: Tone;
  /** range: dashes in a shade. mark: the sign of a place that is out of the ordinary. */
  readonly as: Manner | "unfinished" | "range" | "mark";
}

export interface Series {
  readonly tone: Tone;
  readonly as: Manner;
  /** One for each place on the axis; null where there is none. */
  readonly values: readonly (number | null)[];
  /** The place whose bar is not complete yet: hatched. */
  readonly unfinished?: number | undefined;
  /** The place whose bar stands out: the others are lighter. */
  readonly marked?: number | undefined;
  /** Between what each value is expected to lie: shaded. */
  readonly band?: readonly (Band | null)[];
}

export interface Band {
  readonly low: number;
  readonly high: number;
}

/** A place that is out of the ordinary: a triangle that points up or down. */
export interface Mark {
  readonly index: number;
  readonly up: boolean;
  /** Of a part of the place: hollow. */
  readonly hollow: boolean;
}

/** What is told about one place on the axis: parts with a heading each. */
export interface Reading {
  readonly heading: string;
  /** How the chart shows it. */
  readonly key?: Omit<Key, "label">;
  readonly rows: readonly { readonly label: string; readonly value: string }[];
}

export interface Spec {
  /** How many places the axis has. */
  readonly length: number;
  readonly series: readonly Series[];
  /** The places' labels, from the most to the fewest. */
  readonly ticks: readonly Ticks[];
  /** Writes a value beside the axis, where two lines are so far apart. */
  readonly scale: (value: number, step: number) => string;
  /** Whether values are whole: no line between 0 and 1 then. */
  readonly whole: boolean;
  /** Texts above bars, from the first place on. Where one finds no room, all are left out. */
  readonly above?: readonly { readonly index: number; readonly text: string; readonly strong?: boolean }[];
  readonly marks?: readonly Mark[];
  readonly reading: (index: number) => readonly Reading[];
  /** The place where keys begin; the last where none is named. */
  readonly start?: number;
  /** How many places a page key moves by. */
  readonly stride: number;
  /** None where the title says it all. */
  readonly legend?: readonly Key[];
}

interface Props {
  readonly spec: Spec;
  /** What the axis goes through, read before a place: "Cost by day". */
  readonly label: string;
  /** What the chart says: read to who moves into it. */
  readonly summary: string;
  /** The height of the plot in CSS pixels; the legend comes on top. */
  readonly height: number;
  readonly ref?: React.Ref<Pictured>;
}

const waits = [500, 1000, 2000, 4000, 8000, 15000];

/** Fetches what draws; again and again while the server is away. */
async function load() {
  for (const wait of waits) {
    try {
      return await import("./plot");
    } catch {
      await new Promise((done) => setTimeout(done, wait));
    }
  }
  return import("./plot");
}

const Plot = lazy(load);

/** A chart over an axis of places: days, hours, months. */
export function Figure({ spec, label, summary, height, ref }: Props) {
  const id = useId();
  return (
    <Place {...(spec.legend && { legend: spec.legend })} height={height}>
      <Suspense fallback={<div className="skeleton" />}>
        <Plot ref={ref} spec={spec} label={label} describedBy={id} height={height} />
      </Suspense>
      <span id={id} hidden>
        {summary}
      </span>
    </Place>
  );
}

/** A figure's place, as high with a chart as without. No legend is not the same as one that is still empty. */
export function Place({ legend, height, children }: { legend?: readonly Key[]; height: number; children: ReactNode }) {
  // What draws comes at the same time as the figures, not after them.
  useEffect(() => {
    import("./plot").catch(() => undefined);
  }, []);
  return (
    <figure className="figure">
      {legend && (
        <div className="legend">
          {legend.map((key) => (
            <span key={`${key.tone} ${key.as}`} className="key">
              <Sample tone={key.tone} as={key.as} />
              {key.label}
            </span>
          ))}
        </div>
      )}
      <div className="canvas" style={{ height }}>
        {children}
      </div>
    </figure>
  );
}

export function Sample({ tone, as }: Omit<Key, "label">) {
  return <span className={`sample ${tone} ${as}`} aria-hidden="true" />;
}
