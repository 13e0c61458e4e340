// A chart as a picture to take along: its title and legend above it, twice as
// fine as the page.

import type { Key } from "./figure";
import { hatch, type Ink } from "./ink";

/** Canvas pixels for each CSS pixel of a picture. */
export const fineness = 2;

const margin = 24;
const headHeight = 56;
const legendHeight = 28;
const sampleWidth = 24;

interface Caption {
  readonly title: string;
  /** What is measured, over what. */
  readonly subtitle: string;
  readonly legend: readonly Key[];
}

/** Frames what `draw` paints within so many CSS pixels. */
export function frame(
  { title, subtitle, legend, ink, width, height }: Caption & { ink: Ink; width: number; height: number },
  draw: (context: CanvasRenderingContext2D) => void,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const lines = linesOf(legend, ink, width);
  const top = margin + headHeight + lines.length * legendHeight;
  canvas.width = Math.round((width + 2 * margin) * fineness);
  canvas.height = Math.round((top + height + margin) * fineness);
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  context.scale(fineness, fineness);
  context.fillStyle = ink.of("var(--surface)");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "middle";
  context.fillStyle = ink.of("var(--text)");
  context.font = `600 16px ${ink.family}`;
  context.fillText(title, margin, margin + 8, width);
  context.font = letters(ink);
  context.fillStyle = ink.of("var(--muted)");
  context.fillText(subtitle, margin, margin + 30, width);

  lines.forEach((keys, line) => {
    const y = margin + headHeight + 6 + line * legendHeight;
    for (const { key, x } of keys) {
      drawSample(context, key, ink, margin + x, y);
      context.fillStyle = ink.of("var(--muted)");
      context.fillText(key.label, margin + x + sampleWidth, y);
    }
  });
  context.translate(margin, top);
  draw(context);
  return canvas;
}

/** The keys of each line of the legend, and where each begins. */
function linesOf(legend: readonly Key[], ink: Ink, width: number): { key: Key; x: number }[][] {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return [];
  context.font = letters(ink);
  const lines: { key: Key; x: number }[][] = [];
  let x = width;
  for (const key of legend) {
    const wide = sampleWidth + context.measureText(key.label).width;
    if (x + wide > width) {
      x = 0;
      lines.push([]);
    }
    lines.at(-1)?.push({ key, x });
    x += wide + 20;
  }
  return lines;
}

const letters = (ink: Ink) => `13px ${ink.family}`;

function drawSample(context: CanvasRenderingContext2D, { tone, as }: Key, ink: Ink, x: number, y: number): void {
  context.save();
  context.strokeStyle = context.fillStyle = ink.tone(tone);
  context.lineWidth = 2;
  if (as === "bars") context.fillRect(x + 3, y - 6, 12, 12);
  else if (as === "unfinished") {
    context.lineWidth = 1;
    context.fillStyle = hatch(ink.tone(tone), 1);
    context.fillRect(x + 3, y - 6, 12, 12);
    context.strokeRect(x + 3.5, y - 5.5, 11, 11);
  } else if (as === "mark") {
    context.fillStyle = ink.of("var(--text)");
    context.beginPath();
    context.moveTo(x + 9, y - 5);
    context.lineTo(x + 14, y + 5);
    context.lineTo(x + 4, y + 5);
    context.fill();
  } else {
    if (as === "range") {
      context.fillStyle = ink.tint(tone, 22);
      context.fillRect(x, y - 6, 18, 12);
    }
    if (as === "dashes" || as === "range") context.setLineDash([5, 3]);
    if (as === "dots") context.setLineDash([2, 3]);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 18, y);
    context.stroke();
  }
  context.restore();
}
