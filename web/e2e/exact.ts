// Amounts added up without rounding: as whole billionths, which every Decimal is.

/** An amount, 0.005 or "0.005", in billionths. */
export function nanos(amount: number | string): bigint {
  const text = typeof amount === "number" ? amount.toFixed(9) : amount;
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (whole === undefined) throw new Error(`no decimal: ${text}`);
  const value = BigInt(whole) * 1_000_000_000n + BigInt(part.padEnd(9, "0"));
  return sign === "-" ? -value : value;
}

export function sum(amounts: readonly (number | string)[]): bigint {
  return amounts.reduce((total, amount) => total + nanos(amount), 0n);
}
