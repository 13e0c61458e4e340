// The one place that knows uPlot. It draws on a canvas; what is told about the
// place under the pointer, or chosen with the arrow keys, is text of the page.

import { useImperativeHandle, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Pictured } from "../widget";
import { Sample, type Reading, type Series, type Spec } from "./figure";
import { hatch, inkOf, watchInk, type Ink } from "./ink";
import { fineness, frame } from "./picture";
import { fitting, heights, stepOf } from "./ticks";
import "./plot.css";

/** A series as uPlot draws it: the bars of one look, or a line. */
interface Stroke {
  readonly series: Series;
  readonly look: "plain" | "marked" | "unfinished" | "halo";
}

/** What the drawing reads each time anew: a chart outlives its figures, the theme and the language. */
interface Scene {
  spec: Spec;
  ink: Ink;
  /** The place that is told about. */
  at: number | null;
}

interface Props {
  readonly spec: Spec;
  readonly label: string;
  /** The id of what says the chart in a sentence. */
  readonly describedBy: string;
  readonly height: number;
  readonly ref?: React.Ref<Pictured>;
}

export default function Plot({ spec, label, describedBy, height, ref }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const chart = useRef<{ plot: uPlot; scene: Scene } | null>(null);
  const newest = useRef({ spec, label });
  const [chosen, setChosen] = useState<number | null>(null);
  const last = spec.length - 1;
  const start = Math.min(spec.start ?? last, last);
  const at = chosen === null ? null : Math.min(chosen, last);
  const shape = shapeOf(spec);

  useLayoutEffect(() => {
    newest.current = { spec, label };
    if (!chart.current || shapeOf(chart.current.scene.spec) !== shape) return;
    const { plot, scene } = chart.current;
    scene.spec = spec;
    plot.batch(() => {
      plot.setData(dataOf(spec));
      plot.redraw(true, true);
    });
  }, [spec, label, shape]);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const scene: Scene = { spec: newest.current.spec, ink: inkOf(element), at: null };
    const plot = new uPlot(optionsOf(scene, { width: element.clientWidth, height }, 1), dataOf(scene.spec), element);
    chart.current = { plot, scene };
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    const unwatch = watchInk(() => {
      scene.ink = inkOf(element);
      plot.redraw(true, true);
    });
    return () => {
      unwatch();
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [shape, height]);

  // Where the place is, only the plot knows.
  useLayoutEffect(() => {
    if (!chart.current) return;
    const { plot, scene } = chart.current;
    if (scene.at !== at) {
      scene.at = at;
      plot.redraw(false, false);
    }
    if (at !== null && tip.current && host.current) moveTip(tip.current, plot, at, host.current.clientWidth);
  }, [at, spec, shape]);

  useImperativeHandle(
    ref,
    () => ({
      picture: (title) => {
        const element = host.current;
        const scene: Scene = { spec: newest.current.spec, ink: inkOf(element ?? document.body), at: null };
        const width = element?.clientWidth ?? 640;
        return frame({ title, subtitle: newest.current.label, legend: scene.spec.legend ?? [], ink: scene.ink, width, height }, (context) => {
          // Drawn anew, as large as it takes to be fine on any screen.
          const zoom = fineness / devicePixelRatio;
          const plot = new uPlot(optionsOf(scene, { width: width * zoom, height: height * zoom }, zoom), dataOf(scene.spec), document.createElement("div"));
          plot.batch(() => undefined);
          context.drawImage(plot.ctx.canvas, 0, 0, width, height);
          plot.destroy();
        });
      },
    }),
    [height],
  );

  const point = (event: PointerEvent) => {
    if (!chart.current) return;
    const { plot } = chart.current;
    const { left } = plot.over.getBoundingClientRect();
    setChosen(plot.posToIdx(event.clientX - left));
  };

  const move = (event: KeyboardEvent) => {
    const from = at ?? start;
    const to = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageDown: from - spec.stride,
      PageUp: from + spec.stride,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Escape") setChosen(null);
    else if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    else {
      event.preventDefault();
      setChosen(Math.max(0, Math.min(last, to)));
    }
  };

  return (
    <>
      <div
        ref={host}
        className="plot"
        style={{ height }}
        // Along an axis of places as a slider goes along its values: that is what arrow keys do, and what is read.
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-describedby={describedBy}
        aria-valuemin={1}
        aria-valuemax={spec.length}
        aria-valuenow={(at ?? start) + 1}
        aria-valuetext={wordsOf(spec.reading(at ?? start))}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={(event) => {
          // A finger leaves with each tap: what it chose stays until it taps elsewhere.
          if (event.pointerType === "mouse") setChosen(null);
        }}
        onKeyDown={move}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) setChosen(at ?? start);
        }}
        onBlur={() => {
          setChosen(null);
        }}
      />
      {at !== null && (
        <div ref={tip} className="plot-tip numbers" aria-hidden="true">
          {spec.reading(at).map(({ heading, key, rows }) => (
            <div key={heading}>
              <div className="heading">
                {key && <Sample tone={key.tone} as={key.as} />}
                {heading}
              </div>
              {rows.map(({ label: name, value }) => (
                <div key={name} className="row">
                  <span className="muted">{name}</span>
                  {value}
                </div>
              ))}
            </div>
          ))}
        </div>
      )}
    </>
  );
}

function wordsOf(readings: readonly Reading[]): string {
  return readings.map(({ heading, rows }) => `${heading}: ${rows.map(({ label, value }) => `${label} ${value}`).join(", ")}`).join(". ");
}

/** Beside its place, on the side where there is room. */
function moveTip(tip: HTMLElement, plot: uPlot, at: number, width: number): void {
  const x = plot.over.offsetLeft + plot.valToPos(at, "x");
  const gap = 14;
  const right = x + gap + tip.offsetWidth <= width;
  const left = right ? x + gap : x - gap - tip.offsetWidth;
  tip.style.left = `${Math.max(0, Math.min(left, width - tip.offsetWidth))}px`;
}

/** What a plot is built for; anything else it takes as it comes. */
function shapeOf(spec: Spec): string {
  return spec.series.map(({ as }) => as).join();
}

/** Bars of each look; beneath dashes a halo, so that they are seen on bars too. */
const looks = { bars: ["plain", "marked", "unfinished"], line: ["plain"], dashes: ["halo", "plain"], dots: ["halo", "plain"] } as const;

function strokesOf(spec: Spec): Stroke[] {
  return spec.series.flatMap((series) => looks[series.as].map((look) => ({ series, look })));
}

function dataOf(spec: Spec): uPlot.AlignedData {
  const places = Array.from({ length: spec.length }, (_, index) => index);
  const values = strokesOf(spec).map(({ series, look }) =>
    series.as === "bars" ? series.values.map((value, index) => (lookOf(series, index) === look ? value : null)) : [...series.values],
  );
  return [places, ...values];
}

function lookOf({ marked, unfinished }: Series, index: number): Stroke["look"] {
  if (index === unfinished) return "unfinished";
  return index === marked ? "marked" : "plain";
}

/** Options whose every length is so many times the page's. */
function optionsOf(scene: Scene, size: { width: number; height: number }, zoom: number): uPlot.Options {
  const font = (weight = 400) => `${weight} ${Math.round(11.5 * zoom)}px ${scene.ink.family}`;
  const lines = Math.max(2, Math.floor(size.height / zoom / 52));
  const muted = () => scene.ink.of("var(--muted)");
  const step = (highest: number) => stepOf(highest, lines, scene.spec.whole);
  /** The width of a text beside an axis in CSS pixels. */
  const widthOf = (plot: uPlot, text: string) => {
    plot.ctx.save();
    plot.ctx.font = font();
    const { width } = plot.ctx.measureText(text);
    plot.ctx.restore();
    return width;
  };
  const ticks = (plot: uPlot) => fitting(scene.spec.ticks, plot.bbox.width / devicePixelRatio / zoom / scene.spec.length, (text) => widthOf(plot, text) / zoom);

  return {
    ...size,
    padding: [10 * zoom, 6 * zoom, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [-0.5, scene.spec.length - 0.5] },
      y: { range: () => [0, topOf(scene.spec, step)] },
    },
    axes: [
      {
        font: font(),
        stroke: muted,
        size: 26 * zoom,
        gap: 6 * zoom,
        // Lengths of steps don't matter where the splits are given; uPlot asks for one.
        incrs: [10],
        space: 0,
        splits: (plot) => [...ticks(plot).at],
        values: (plot, splits) => labelsOf(plot, splits, ticks(plot).text, (text) => widthOf(plot, text)),
        grid: { show: false },
        ticks: { show: false },
        border: { show: true, stroke: () => scene.ink.of("var(--line)"), width: zoom },
      },
      {
        font: font(),
        stroke: muted,
        size: (plot, values) => Math.max(0, ...((values as string[] | null) ?? []).map((text) => widthOf(plot, text))) + 10 * zoom,
        gap: 8 * zoom,
        incrs: [10],
        space: 0,
        splits: (_plot, _axis, _min, max) => heights(max, step(highestOf(scene.spec))),
        values: (_plot, splits) => splits.map((value) => scene.spec.scale(value, step(highestOf(scene.spec)))),
        grid: { stroke: () => scene.ink.of("var(--grid)"), width: zoom },
        ticks: { show: false },
      },
    ],
    series: [{}, ...strokesOf(scene.spec).map((stroke, index) => seriesOf(scene, stroke, index, zoom))],
    hooks: {
      drawAxes: [
        (plot) => {
          drawPlace(plot, scene);
          drawBands(plot, scene);
        },
      ],
      draw: [
        (plot) => {
          drawDots(plot, scene, zoom);
          drawAbove(plot, scene, zoom, font);
          drawMarks(plot, scene, zoom);
        },
      ],
    },
  };
}

function seriesOf(scene: Scene, { series: { as }, look }: Stroke, index: number, zoom: number): uPlot.Series {
  // By its place: the figures, and the tone with them, may be others by then.
  const series = () => strokesOf(scene.spec)[index]?.series;
  const tone = () => series()?.tone ?? "cost";
  const points = { show: false };
  if (as === "bars") {
    return {
      paths: bars(look === "unfinished", () => devicePixelRatio * zoom),
      points,
      width: zoom,
      stroke: () => scene.ink.tone(tone()),
      fill: () => {
        if (look === "unfinished") return hatch(scene.ink.tone(tone()), devicePixelRatio * zoom);
        return look === "plain" && series()?.marked !== undefined ? scene.ink.tint(tone(), 65) : scene.ink.tone(tone());
      },
    };
  }
  return {
    width: (look === "halo" ? 5 : 2) * zoom,
    dash: { bars: [], line: [], dashes: [6 * zoom, 4 * zoom], dots: [1.5 * zoom, 3 * zoom] }[as],
    cap: as === "line" ? "round" : "butt",
    stroke: () => (look === "halo" ? scene.ink.of("var(--surface)") : scene.ink.tone(tone())),
    ...(as === "line" && { fill: () => scene.ink.of(`color-mix(in srgb, var(--${tone()}) 12%, transparent)`) }),
    // A line needs two places: one alone is a dot.
    points: { show: () => look !== "halo" && series()?.values.filter((value) => value !== null).length === 1, size: 8 * zoom, fill: () => scene.ink.tone(tone()) },
  };
}

/** Bars from 0 up, rounded at the top; `pixels` are the canvas's for one of the page. */
function bars(outlined: boolean, pixels: () => number): uPlot.Series.PathBuilder {
  return (plot, index, first, last) => {
    const path = new Path2D();
    const place = plot.bbox.width / plot.data[0].length;
    const width = Math.max(1, Math.min(place * 0.72, 52 * pixels()));
    const floor = Math.round(plot.valToPos(0, "y", true));
    // Whole pixels have sharp edges; of narrow bars they would make some wider than others.
    const crisp = (x: number) => (place > 8 ? Math.round(x) : x);
    for (let i = first; i <= last; i++) {
      const value = plot.data[index]?.[i];
      if (value === null || value === undefined || value <= 0) continue;
      const left = crisp(plot.valToPos(i, "x", true) - width / 2);
      const top = Math.min(floor - 1, Math.round(plot.valToPos(value, "y", true)));
      const radius = Math.min(width / 4, 4 * pixels(), floor - top);
      path.roundRect(left, top, crisp(left + width) - left, floor - top, [radius, radius, 0, 0]);
    }
    return { fill: path, stroke: outlined ? path : null, clip: null, band: null, gaps: [], flags: 0 };
  };
}

function highestOf({ series }: Spec): number {
  return series.reduce((highest, { values, band = [] }) => Math.max(highest, ...values.map((value) => value ?? 0), ...band.map((each) => each?.high ?? 0)), 0);
}

/** The top of the axis: the line above the highest value, and room for what stands above bars. */
function topOf(spec: Spec, stepFor: (highest: number) => number): number {
  const highest = highestOf(spec);
  const step = stepFor(highest);
  const top = Math.max(1, Math.ceil(highest / step - 1e-9)) * step;
  return spec.above?.length || spec.marks?.length ? Math.max(top, highest * 1.12) : top;
}

/** The labels of an axis; one that would be cut off at the end is left out. */
function labelsOf(plot: uPlot, splits: number[], text: (index: number) => string, widthOf: (text: string) => number): string[] {
  const right = plot.width - plot.over.offsetLeft;
  return splits.map((index) => {
    const label = text(index);
    const half = widthOf(label) / 2;
    const x = plot.valToPos(index, "x");
    return splits.length > 1 && x + half > right ? "" : label;
  });
}

/** Shades the place that is told about. */
function drawPlace(plot: uPlot, { at, ink, spec }: Scene): void {
  if (at === null) return;
  const { ctx, bbox } = plot;
  const place = bbox.width / spec.length;
  const wide = place > 6 * devicePixelRatio;
  const across = wide ? Math.min(place, 96 * devicePixelRatio) : devicePixelRatio;
  ctx.save();
  ctx.fillStyle = ink.of(wide ? "color-mix(in srgb, var(--text) 8%, transparent)" : "var(--muted)");
  ctx.fillRect(Math.round(plot.valToPos(at, "x", true) - across / 2), bbox.top, Math.round(across), bbox.height);
  ctx.restore();
}

/** Shades between what values are expected to lie: from place to place, one alone as wide as a bar. */
function drawBands(plot: uPlot, { ink, spec }: Scene): void {
  const { ctx, bbox } = plot;
  for (const { tone, band = [] } of spec.series) {
    const shown = band.flatMap((each, index) => (each ? [{ ...each, x: plot.valToPos(index, "x", true) }] : []));
    const half = shown.length === 1 ? (bbox.width / spec.length) * 0.3 : 0;
    const edge = shown.flatMap(({ x, low, high }) => [
      { x: x - half, low, high },
      { x: x + half, low, high },
    ]);
    ctx.save();
    ctx.beginPath();
    for (const { x, high } of edge) ctx.lineTo(x, plot.valToPos(high, "y", true));
    for (const { x, low } of edge.reverse()) ctx.lineTo(x, plot.valToPos(low, "y", true));
    ctx.closePath();
    ctx.fillStyle = ink.of(`color-mix(in srgb, var(--${tone}) 20%, transparent)`);
    ctx.fill();
    ctx.restore();
  }
}

/** Puts a triangle above what is out of the ordinary. */
function drawMarks(plot: uPlot, { ink, spec }: Scene, zoom: number): void {
  const { ctx } = plot;
  const pixels = zoom * devicePixelRatio;
  ctx.save();
  ctx.lineJoin = "round";
  ctx.setLineDash([]);
  ctx.strokeStyle = ink.of("var(--text)");
  for (const { index, up, hollow } of spec.marks ?? []) {
    const value = Math.max(0, ...spec.series.map(({ values, as }) => (as === "dots" ? 0 : (values[index] ?? 0))));
    const x = plot.valToPos(index, "x", true);
    const foot = plot.valToPos(value, "y", true) - 5 * pixels;
    const [from, to] = up ? [foot, foot - 8 * pixels] : [foot - 8 * pixels, foot];
    ctx.beginPath();
    ctx.moveTo(x - 4.5 * pixels, from);
    ctx.lineTo(x + 4.5 * pixels, from);
    ctx.lineTo(x, to);
    ctx.closePath();
    ctx.fillStyle = ink.of(hollow ? "var(--surface)" : "var(--text)");
    ctx.lineWidth = 1.5 * pixels;
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

/** Marks the place on each line. */
function drawDots(plot: uPlot, { at, ink, spec }: Scene, zoom: number): void {
  if (at === null) return;
  const { ctx } = plot;
  ctx.save();
  for (const { as, tone, values } of spec.series) {
    const value = values[at];
    if (as === "bars" || as === "dots" || value === null || value === undefined) continue;
    ctx.beginPath();
    ctx.arc(plot.valToPos(at, "x", true), plot.valToPos(value, "y", true), 4 * zoom * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fillStyle = ink.tone(tone);
    ctx.strokeStyle = ink.of("var(--surface)");
    ctx.lineWidth = 2 * zoom * devicePixelRatio;
    ctx.stroke();
    ctx.fill();
  }
  ctx.restore();
}

/** Writes above bars. */
function drawAbove(plot: uPlot, { spec, ink }: Scene, zoom: number, font: (weight?: number) => string): void {
  const { above = [] } = spec;
  if (above.length === 0) return;
  const { ctx, bbox } = plot;
  const pixels = zoom * devicePixelRatio;
  ctx.save();
  const write = (weight: number) => {
    ctx.font = font(weight).replace(/(\d+)px/, (_, size: string) => `${Number(size) * devicePixelRatio}px`);
  };
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  ctx.lineJoin = "round";
  write(500);
  const place = bbox.width / spec.length;
  const widths = above.map(({ text }) => ctx.measureText(text).width);
  const roomy = above.every(({ index }, i) => {
    const next = above[i + 1];
    const both = ((widths[i] ?? 0) + (widths[i + 1] ?? 0)) / 2;
    return !next || both + 6 * pixels <= (next.index - index) * place;
  });
  if (roomy) {
    for (const { index, text, strong = false } of above) {
      write(strong ? 600 : 500);
      const half = ctx.measureText(text).width / 2;
      const value = Math.max(0, ...spec.series.map(({ values }) => values[index] ?? 0));
      const x = Math.max(bbox.left + half, Math.min(bbox.left + bbox.width - half, plot.valToPos(index, "x", true)));
      const y = plot.valToPos(value, "y", true) - 4 * pixels;
      // A line of the grid does not strike it through.
      ctx.lineWidth = 4 * pixels;
      ctx.strokeStyle = ink.of("var(--surface)");
      ctx.strokeText(text, x, y);
      ctx.fillStyle = ink.of(strong ? "var(--text)" : "var(--muted)");
      ctx.fillText(text, x, y);
    }
  }
  ctx.restore();
}
