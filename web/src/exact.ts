// Amounts arrive as JSON numbers with every digit; a JavaScript number keeps
// about 16 of them. Here is what reads the others without a loss.

const json = JSON as { rawJSON?: (text: string) => unknown };

/**
 * Makes JSON.parse keep numbers so that JSON.stringify gives back the same
 * digits. Engines without JSON.rawJSON show the nearest number.
 */
export function reviveExact(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || String(value) === source) return value;
  return json.rawJSON ? json.rawJSON(source) : value;
}

/** An exact amount: a number where that holds every digit, else the digits. */
export type Amount = number | string;

/** Makes JSON.parse read numbers as Amounts: one that a number can't hold stays a text. */
export function reviveAmount(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value !== "number" || source === undefined || String(value) === plain(source) ? value : source;
}

/** The digits without what changes no value: 0.50 is 0.5. */
function plain(source: string): string {
  return source.includes(".") ? source.replace(/\.?0+$/, "") : source;
}
