// Prices as people type them, and as the API takes them: with every digit.

import type { Amount } from "../../exact";

/** An amount as the locale writes it, to be typed over. */
export function writeAmount(amount: Amount, locale: string): string {
  return new Intl.NumberFormat(locale, { useGrouping: false, maximumFractionDigits: 9 }).format(amount as Intl.StringNumericLiteral | number);
}

/**
 * The decimal text of what was typed, with a comma or a point before its
 * decimals. "" where it is no number, and where it could be a thousand times
 * as much: 1.234 where points part thousands.
 */
export function readAmount(text: string, locale: string): string {
  const typed = text.trim();
  if (!/^(\d+([.,]\d*)?|[.,]\d+)$/.test(typed)) return "";
  const group = new Intl.NumberFormat(locale).formatToParts(12_345).find(({ type }) => type === "group")?.value;
  const [whole = "", decimals = ""] = typed.split(/[.,]/);
  if (group !== undefined && typed.includes(group) && decimals.length === 3 && Number(whole) > 0) return "";
  const [digits, more] = [whole.replace(/^0+/, ""), decimals.replace(/0+$/, "")];
  return `${digits === "" ? "0" : digits}${more === "" ? "" : "."}${more}`;
}
