// The page's tokens as colours that a canvas understands. Custom properties keep
// light-dark() and color-mix() as they are written; only a real property of a
// real element has them resolved.

/** What a figure measures has its colour, the same on the whole page; limit is what it is not to pass. */
export type Tone = "cost" | "messages" | "before" | "limit";

export interface Ink {
  /** Resolves any CSS colour, tokens included. */
  readonly of: (colour: string) => string;
  readonly tone: (tone: Tone) => string;
  /** The tone made lighter towards the surface: the part of it in percent. */
  readonly tint: (tone: Tone, part: number) => string;
  /** The family of the page's letters. */
  readonly family: string;
}

/** The colours within an element as they are now. */
export function inkOf(element: HTMLElement): Ink {
  const known = new Map<string, string>();
  const of = (colour: string) => {
    const before = known.get(colour);
    if (before !== undefined) return before;
    const probe = document.createElement("span");
    probe.style.color = colour;
    element.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    known.set(colour, resolved);
    return resolved;
  };
  return {
    of,
    tone: (tone) => of(`var(--${tone})`),
    tint: (tone, part) => of(`color-mix(in srgb, var(--${tone}) ${part}%, var(--surface))`),
    family: getComputedStyle(element).fontFamily,
  };
}

/** Calls whenever the colours may be others: the system's theme, the page's own, or paper. */
export function watchInk(changed: () => void): () => void {
  const queries = [matchMedia("(prefers-color-scheme: dark)"), matchMedia("(prefers-contrast: more)"), matchMedia("print")];
  for (const query of queries) query.addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class", "data-theme"] });
  return () => {
    for (const query of queries) query.removeEventListener("change", changed);
    observer.disconnect();
  };
}

/** Slanted lines in a colour, for what is not complete yet; so many canvas pixels are one CSS pixel. */
export function hatch(colour: string, pixels: number): CanvasPattern | string {
  const size = Math.round(6 * pixels);
  const tile = document.createElement("canvas");
  tile.width = size;
  tile.height = size;
  const context = tile.getContext("2d");
  if (!context) return colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.5 * pixels;
  // The corners too, so that tiles join.
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, size + 1);
    context.lineTo(shift + size + 1, -1);
  }
  context.stroke();
  return context.createPattern(tile, "repeat") ?? colour;
}
