// Amounts arrive as JSON numbers with every digit; a JavaScript number keeps
// about 16 of them. A number that would change is kept as its source text, which
// JSON.stringify writes back. Engines without JSON.rawJSON show the nearest number.

interface RawJSON {
  rawJSON?: (text: string) => unknown;
  parse: (text: string, reviver: (key: string, value: unknown, context?: { source?: string }) => unknown) => unknown;
}

const json = JSON as RawJSON;

/** Parses JSON so that JSON.stringify gives back the same digits. */
export function parseExact(text: string): unknown {
  return json.parse(text, (_key, value, context) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined || String(value) === source) return value;
    return json.rawJSON ? json.rawJSON(source) : value;
  });
}
