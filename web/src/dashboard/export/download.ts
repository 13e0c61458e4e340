// Fetches an export and puts it on disk while it comes: a range of years is
// never held in memory where the browser can write files (Chromium, on a secure
// page). Elsewhere it is gathered and given to the browser's downloads.

import { daysBetween } from "../days";
import { type Order, urlOf } from "./order";
import { PassingRows } from "./rows";

export type Failure =
  /** 401: the key is unknown, expired or revoked. */
  | "refused"
  /** 403: its role may not read. */
  | "forbidden"
  /** 404: no such workspace for this key. */
  | "missing"
  /** 429. */
  | "busy"
  /** 503, or no answer at all. */
  | "away"
  /** The answer broke off. */
  | "cut"
  /** The disk took it no more. */
  | "disk"
  /** Anything else; the detail says what. */
  | "failed";

export class ExportFailure extends Error {
  readonly failure: Failure;
  readonly detail: string;

  constructor(failure: Failure, detail = "") {
    super(`${failure} ${detail}`.trim());
    this.failure = failure;
    this.detail = detail;
  }
}

export interface Progress {
  /** 0 to 1, by the day that the rows have come to; undefined before the first. */
  readonly part: number | undefined;
  readonly rows: number;
  readonly bytes: number;
  readonly day: string;
}

export interface Saved {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

// TypeScript's library knows the files that a page may write, not the window
// that asks for one.
interface FilePicker {
  showSaveFilePicker?: (options: { suggestedName: string; types: { accept: Record<string, string[]> }[] }) => Promise<SaveHandle>;
}

interface SaveHandle extends FileSystemFileHandle {
  /** Chromium's own. */
  remove?: () => Promise<void>;
}

/** Where an export goes: nothing is there before `close`, nor after `abort`. */
interface Sink {
  readonly write: (chunk: Uint8Array<ArrayBuffer>) => Promise<void>;
  /** Gives back the name that the file got. */
  readonly close: () => Promise<string>;
  readonly abort: () => Promise<void>;
}

/** Milliseconds between two words on the progress. */
const pace = 100;

/**
 * Exports in answer to a click, which the browser's window for the file needs.
 * Where the signal ends it, or that window is closed, the error is an AbortError;
 * else it is an ExportFailure. Then no file is left.
 */
export async function download(order: Order, key: string, signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<Saved> {
  const ask = async (method: "GET" | "HEAD") => {
    const response = await fetch(urlOf(order), { method, headers: { Authorization: `Bearer ${key}` }, cache: "no-store", signal }).catch((error: unknown) => {
      throw signal.aborted ? error : new ExportFailure("away");
    });
    if (!response.ok) throw await failureOf(response);
    return response;
  };

  let handle: SaveHandle | undefined;
  if (picker.showSaveFilePicker) {
    // The head first: it tells the file's name, and what is wrong before a file is chosen.
    const name = nameOf(await ask("HEAD"), order);
    handle = await choose(name, order.format);
  }
  let sink: Sink | undefined;
  try {
    const response = await ask("GET");
    sink = handle ? await ontoDisk(handle) : intoMemory(nameOf(response, order), response.headers.get("Content-Type") ?? "");
    const passing = new PassingRows(order);
    await pour(response, sink, passing, signal, () => {
      const part = passing.day === "" ? undefined : daysBetween(order.start, passing.day) / daysBetween(order.start, order.end);
      onProgress({ part, rows: passing.rows, bytes: passing.bytes, day: passing.day });
    });
    if (!passing.whole()) throw new ExportFailure("cut");
    const name = await sink.close().catch(refuseDisk);
    return { name, rows: passing.rows, bytes: passing.bytes };
  } catch (error) {
    await sink?.abort().catch(() => undefined); // the first error is the one to tell
    // The window made an empty file, or emptied the one that was chosen.
    await handle?.remove?.().catch(() => undefined);
    throw error;
  }
}

const picker = window as FilePicker;

async function choose(name: string, format: Order["format"]): Promise<SaveHandle | undefined> {
  const accept: Record<string, string[]> = format === "csv" ? { "text/csv": [".csv"] } : { "application/json": [".json"] };
  try {
    return await picker.showSaveFilePicker?.({ suggestedName: name, types: [{ accept }] });
  } catch (error) {
    // The click is too long ago, or the page is in a frame: then as without the window.
    if (error instanceof DOMException && error.name !== "AbortError") return undefined;
    throw error;
  }
}

async function pour(response: Response, sink: Sink, passing: PassingRows, signal: AbortSignal, tell: () => void): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) throw new ExportFailure("cut");
  try {
    for (let told = 0; ; ) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw signal.aborted ? error : new ExportFailure("cut");
      });
      if (done) return;
      passing.see(value);
      await sink.write(value).catch(refuseDisk);
      if (performance.now() - told < pace) continue;
      told = performance.now();
      tell();
    }
  } finally {
    await reader.cancel().catch(() => undefined); // it ended, or nobody wants the rest
  }
}

function refuseDisk(error: unknown): never {
  throw new ExportFailure("disk", error instanceof Error ? error.message : "");
}

/** Chromium writes beside the file and moves it there at the end. */
async function ontoDisk(handle: SaveHandle): Promise<Sink> {
  const file = await handle.createWritable().catch(refuseDisk);
  return {
    write: (chunk) => file.write(chunk),
    close: async () => {
      await file.close();
      return handle.name;
    },
    abort: () => file.abort(),
  };
}

/** Above so many bytes, parts become a Blob, which the browser may keep on disk. */
const heap = 8 << 20;

function intoMemory(name: string, type: string): Sink {
  let parts: BlobPart[] = [];
  let loose = 0;
  return {
    write: (chunk) => {
      parts.push(chunk);
      loose += chunk.length;
      if (loose > heap) {
        parts = [new Blob(parts)];
        loose = 0;
      }
      return Promise.resolve();
    },
    close: () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(parts, { type }));
      link.download = name;
      link.click();
      // Browsers read it some time after the click.
      setTimeout(() => {
        URL.revokeObjectURL(link.href);
      }, 60_000);
      return Promise.resolve(name);
    },
    abort: () => {
      parts = [];
      return Promise.resolve();
    },
  };
}

/** The name that the server gives the file. */
function nameOf(response: Response, { format }: Order): string {
  return /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? `usage.${format}`;
}

async function failureOf(response: Response): Promise<ExportFailure> {
  const known: Partial<Record<number, Failure>> = { 401: "refused", 403: "forbidden", 404: "missing", 429: "busy", 502: "away", 503: "away", 504: "away" };
  const failure = known[response.status];
  if (failure) return new ExportFailure(failure);
  const told = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
  return new ExportFailure("failed", told?.error?.message ?? `HTTP ${response.status}`);
}
