// Instants and the workspace's clock. Where the browser does not know its time
// zone, it is UTC here as everywhere on the page.

import { type Weekday, weekdays } from "../address";
import { today } from "../days";

const msOfDay = 86_400_000;

/** The instant at which a day begins: midnight, or where the clocks skip that, after it. */
export function beginning(day: string, timeZone: string): string {
  // No zone is a whole day from UTC.
  let before = Date.parse(day) - msOfDay;
  let after = Date.parse(day) + msOfDay;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (today(timeZone, middle) < day) before = middle;
    else after = middle;
  }
  return new Date(after).toISOString();
}

/** Reads instants off the clock of a time zone. */
export function clockOf(timeZone: string): (time: string) => { weekday: Weekday | undefined; hour: number } {
  const open = (zone: string) => new Intl.DateTimeFormat("en", { timeZone: zone, weekday: "long", hour: "2-digit", hourCycle: "h23" });
  let format: Intl.DateTimeFormat;
  try {
    format = open(timeZone);
  } catch {
    format = open("UTC");
  }
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(Date.parse(time)).map(({ type, value }) => [type, value]));
    return { weekday: weekdays.find((day) => day === parts.weekday?.toUpperCase()), hour: Number(parts.hour) };
  };
}
