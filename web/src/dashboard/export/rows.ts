// Looks at an export as it passes by: how many rows went, up to which day, and
// whether it came to its end.

import type { Format, Order, Rows } from "./order";

/** Where a row tells its day. */
const dayIn: Record<Format, Record<Rows, RegExp>> = {
  csv: { daily: /^(\d{4}-\d\d-\d\d),/, usage: /^[^,]*,(\d{4}-\d\d-\d\d)T/ },
  json: { daily: /^\{"date":"(\d{4}-\d\d-\d\d)"/, usage: /^\{"id":"[^"]*","createdAt":"(\d{4}-\d\d-\d\d)T/ },
};

/** Bytes of a row that hold its day in every form: an id is at most a UUID. */
const head = 96;
/** More than the envelope's end, with the longest id of a workspace, is long. */
const tail = 2048;

const quote = 0x22;
const newline = 0x0a;
const brace = 0x7b;

export class PassingRows {
  /** The day of the last row that was looked at; "" before the first. */
  day = "";
  bytes = 0;
  readonly #order: Pick<Order, "rows" | "format">;
  /** Lines that ended and may be rows, the first of the file among them. */
  #lines = 0;
  #fresh = true;
  #counts = true;
  #quoted = false;
  #end = new Uint8Array();

  constructor(order: Pick<Order, "rows" | "format">) {
    this.#order = order;
  }

  /** The rows that passed whole. */
  get rows(): number {
    return Math.max(0, this.#lines - 1);
  }

  see(chunk: Uint8Array): void {
    const { format, rows } = this.#order;
    const csv = format === "csv";
    let [lines, fresh, counts, quoted] = [this.#lines, this.#fresh, this.#counts, this.#quoted];
    let last = -1; // where the last line begins that is here up to its day
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (fresh) {
        fresh = false;
        counts = csv || byte === brace; // the end of JSON's envelope is no row
      }
      // A line break in a text is within quotes in CSV, and escaped in JSON.
      if (csv && byte === quote) quoted = !quoted;
      else if (byte === newline && !quoted) {
        if (counts) lines++;
        fresh = true;
        if (at + head < chunk.length) last = at + 1;
      }
    }
    [this.#lines, this.#fresh, this.#counts, this.#quoted] = [lines, fresh, counts, quoted];
    this.bytes += chunk.length;
    if (last >= 0) {
      const [, day] = dayIn[format][rows].exec(new TextDecoder().decode(chunk.subarray(last, last + head))) ?? [];
      this.day = day ?? this.day;
    }
    const joined = new Uint8Array(this.#end.length + Math.min(chunk.length, tail));
    joined.set(this.#end);
    joined.set(chunk.subarray(-tail), this.#end.length);
    this.#end = joined.slice(-tail);
  }

  /** Whether what passed has the end that only a whole export has. */
  whole(): boolean {
    const end = new TextDecoder().decode(this.#end);
    if (this.#order.format === "csv") return end.endsWith("\r\n") && !this.#quoted;
    const [, meta] = /\n\],"meta":(\{.*\})\}\n$/.exec(end) ?? [];
    try {
      return meta !== undefined && typeof JSON.parse(meta) === "object";
    } catch {
      return false;
    }
  }
}
