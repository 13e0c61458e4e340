// Where the axes of a chart get their lines and labels.

import { weekdays, type Weekday } from "../address";
import type { Format } from "../language";

/** Places on an axis that go together, such as every Monday. */
export interface Ticks {
  readonly at: readonly number[];
  readonly text: (index: number) => string;
}

/** CSS pixels between two labels beside each other. */
const gap = 14;

/** The first ticks whose labels find room, where a place is so wide. */
export function fitting(choices: readonly Ticks[], place: number, widthOf: (text: string) => number): Ticks {
  const roomy = choices.find(({ at, text }) => {
    if (at.length < 2) return at.length === 1;
    const nearest = Math.min(...at.slice(1).map((index, i) => index - (at[i] ?? 0))) * place;
    // Too near for any label: nothing to measure.
    return nearest > 2 * gap && nearest >= gap + Math.max(...at.map((index) => widthOf(text(index))));
  });
  return roomy ?? choices.at(-1) ?? { at: [], text: String };
}

/** Every place, every second and so on, counted from the first or so that the last has its label. */
export function everySo(length: number, steps: readonly number[], text: (index: number) => string, from: "first" | "last" = "first"): Ticks[] {
  const indices = Array.from({ length }, (_, index) => index);
  return steps.map((step) => ({ at: indices.filter((index) => (from === "first" ? index : length - 1 - index) % step === 0), text }));
}

/** Days, Mondays, months' beginnings, years: whatever the range has room for. */
export function ofDays(days: readonly string[], format: Format): Ticks[] {
  const text = (index: number) => format.day(days[index] ?? "");
  const where = (test: (day: string, index: number) => boolean) => days.flatMap((day, index) => (test(day, index) ? [index] : []));
  const monday = days.findIndex((day) => weekdayOf(day) === "MONDAY");
  const months = ofMonths(days.map((day) => day.slice(0, 7)), format).text;
  const year = (index: number) => days[index]?.slice(0, 4) ?? "";
  return [
    ...everySo(days.length, [1, 2, 3], text, "last"),
    ...[7, 14].map((step) => ({ at: where((_, index) => monday >= 0 && index >= monday && (index - monday) % step === 0), text })),
    ...[1, 2, 3, 6].map((step) => ({ at: where((day) => day.endsWith("-01") && (Number(day.slice(5, 7)) - 1) % step === 0), text: months })),
    ...[1, 2, 5].map((step) => ({ at: where((day) => day.endsWith("-01-01") && Number(day.slice(0, 4)) % step === 0), text: year })),
    // A short range on a narrow screen.
    { at: days.length > 0 ? [days.length - 1] : [], text },
  ].filter(({ at }) => at.length > 0);
}

/** Months by their short names; a January by its year. */
export function ofMonths(months: readonly string[], format: Format): { text: (index: number) => string; ticks: Ticks[] } {
  const name = new Intl.DateTimeFormat(format.locale, { month: "short", timeZone: "UTC" });
  const text = (index: number) => {
    const month = months[index] ?? "";
    return month.endsWith("-01") ? month.slice(0, 4) : name.format(Date.parse(`${month}-01`));
  };
  return { text, ticks: everySo(months.length, [1, 2, 3, 4, 6, 12], text, "last") };
}

export function weekdayOf(day: string): Weekday {
  // Days of JavaScript's week count from Sunday.
  return weekdays[(new Date(day).getUTCDay() + 6) % 7] ?? "MONDAY";
}

/** The height between two lines, so that some few reach from 0 to the highest value. */
export function stepOf(highest: number, lines: number, whole: boolean): number {
  const rough = (highest > 0 ? highest : 1) / lines;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5].find((each) => each * magnitude >= rough * 0.999) ?? 10;
  const step = Number((factor * magnitude).toPrecision(2));
  return whole ? Math.max(1, Math.ceil(step)) : step;
}

/** The heights of the lines from 0 up, as far as they stay within the top. */
export function heights(top: number, step: number): number[] {
  return Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}
