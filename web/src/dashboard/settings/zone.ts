// The time zones and currencies that the browser knows.

/** IANA names; UTC is no city's, so that not every browser lists it. */
export function timeZones(): string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
}

/** A zone's distance from UTC now, such as GMT+2; "" for a zone that the browser does not know. */
export function offsetOf(timeZone: string, locale: string): string {
  try {
    const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "shortOffset" }).formatToParts();
    return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  } catch {
    return "";
  }
}

/** The zone that this computer is set to. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Codes of ISO 4217. */
export function currencies(): string[] {
  return Intl.supportedValuesOf("currency");
}

/** A currency's name in a language; its code where there is none. */
export function currencyName(code: string, locale: string): string {
  return new Intl.DisplayNames(locale, { type: "currency" }).of(code) ?? code;
}
