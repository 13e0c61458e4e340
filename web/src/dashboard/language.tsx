// English and Italian. Each part of the page keeps its own words, both languages
// side by side; numbers, money and dates are written by Intl.

import { createContext, use, useMemo, useState, type ReactNode } from "react";
import type { Amount } from "../exact";
import type { Weekday } from "./address";
import { weekdays } from "./address";
import { usePlace } from "./place";

export type Language = "en" | "it";
export const languages: Readonly<Record<Language, string>> = { en: "English", it: "Italiano" };

const item = "contatore.language";

function preferred(): Language {
  const chosen = localStorage.getItem(item);
  const wanted = [chosen ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag): tag is Language => tag in languages) ?? "en";
}

const Spoken = createContext<{ language: Language; speak: (language: Language) => void }>({ language: "en", speak: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => {
    const first = preferred();
    document.documentElement.lang = first;
    return first;
  });
  const spoken = useMemo(
    () => ({
      language,
      speak: (next: Language) => {
        localStorage.setItem(item, next);
        document.documentElement.lang = next;
        setLanguage(next);
      },
    }),
    [language],
  );
  return <Spoken value={spoken}>{children}</Spoken>;
}

export function useLanguage() {
  return use(Spoken);
}

/** The words of one part of the page: `const t = useWords(words)`, then `t.title` or `t.found(3)`. */
export function useWords<T>(words: { readonly en: T; readonly it: T }): T {
  return words[use(Spoken).language];
}

/** "one" or "other", as both languages tell a single thing from several; both say "0 messages". */
export function plural(n: number, one: string, other: string): string {
  return n === 1 ? one : other;
}

/** The locale of numbers and dates: the browser's own form of the language where it has one. */
function localeOf(language: Language): string {
  return navigator.languages.find((tag) => tag.slice(0, 2).toLowerCase() === language) ?? (language === "en" ? "en-GB" : "it-IT");
}

export interface Format {
  readonly locale: string;
  /** An amount for reading: as many decimals as its currency has, more where it is small. */
  readonly money: (amount: Amount) => string;
  /** An amount with every digit that it has. */
  readonly exactMoney: (amount: Amount) => string;
  /** An amount in a few characters, for axes. */
  readonly shortMoney: (amount: Amount) => string;
  readonly count: (n: number) => string;
  /** A count in a few characters, for axes. */
  readonly shortCount: (n: number) => string;
  /** A number with up to so many decimals. */
  readonly decimal: (n: number, digits: number) => string;
  /** 0.5 is 50 %. */
  readonly share: (part: number) => string;
  /** A change in percent with its sign: 12.5 is +12.5 %. */
  readonly change: (percent: number) => string;
  /** A day in a few characters: 3 Nov. */
  readonly day: (day: string) => string;
  /** A day with its weekday and year. */
  readonly longDay: (day: string) => string;
  /** From a day to another. */
  readonly days: (start: string, end: string) => string;
  /** YYYY-MM as a month and its year; short in a few characters. */
  readonly month: (month: string) => string;
  readonly shortMonth: (month: string) => string;
  /** 0 to 23 as an hour of the day. */
  readonly hour: (hour: number) => string;
  readonly weekday: (weekday: Weekday) => string;
  readonly shortWeekday: (weekday: Weekday) => string;
  /** An instant in the workspace's time zone, to the minute; with seconds where asked. */
  readonly instant: (time: string) => string;
  readonly instantWithSeconds: (time: string) => string;
}

// Intl takes an exact decimal text; TypeScript's library knows it as this.
const exact = (amount: Amount) => amount as Intl.StringNumericLiteral | number;

function formats(language: Language, currency: string, timeZone: string): Format {
  const locale = localeOf(language);
  const zone = known(timeZone);
  const number = (options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(locale, options);
  const inCurrency = (options: Intl.NumberFormatOptions = {}) => number({ style: "currency", currency, currencyDisplay: "narrowSymbol", ...options });
  const digits = inCurrency().resolvedOptions().maximumFractionDigits ?? 2;
  const usual = inCurrency();
  const small = inCurrency({ minimumFractionDigits: digits, maximumFractionDigits: digits + 3 });
  const every = inCurrency({ minimumFractionDigits: digits, maximumFractionDigits: 9 });
  const short = inCurrency({ notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 2 });
  const count = number();
  const shortCount = number({ notation: "compact", maximumFractionDigits: 1 });
  const share = number({ style: "percent", maximumFractionDigits: 1 });
  const change = number({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  const day = date({ day: "numeric", month: "short" });
  const longDay = date({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const days = date({ day: "numeric", month: "short", year: "numeric" });
  const month = date({ month: "long", year: "numeric" });
  const shortMonth = date({ month: "short", year: "2-digit" });
  const hour = date({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const weekday = date({ weekday: "long" });
  const shortWeekday = date({ weekday: "short" });
  const instant = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: "medium", timeStyle: "short" });
  const instantWithSeconds = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: "medium", timeStyle: "medium" });
  // 2024 began on a Monday.
  const aDay = (name: Weekday) => Date.UTC(2024, 0, 1 + weekdays.indexOf(name));
  return {
    locale,
    money: (amount) => (Math.abs(Number(amount)) < 1 ? small : usual).format(exact(amount)),
    exactMoney: (amount) => every.format(exact(amount)),
    shortMoney: (amount) => short.format(exact(amount)),
    count: (n) => count.format(n),
    shortCount: (n) => shortCount.format(n),
    decimal: (n, most) => number({ maximumFractionDigits: most }).format(n),
    share: (part) => share.format(part),
    change: (percent) => change.format(percent / 100),
    day: (d) => day.format(Date.parse(d)),
    longDay: (d) => longDay.format(Date.parse(d)),
    days: (start, end) => (start === end ? days.format(Date.parse(start)) : days.formatRange(Date.parse(start), Date.parse(end))),
    month: (m) => month.format(Date.parse(`${m}-01`)),
    shortMonth: (m) => shortMonth.format(Date.parse(`${m}-01`)),
    hour: (h) => hour.format(h * 3_600_000),
    weekday: (name) => weekday.format(aDay(name)),
    shortWeekday: (name) => shortWeekday.format(aDay(name)),
    instant: (time) => instant.format(Date.parse(time)),
    instantWithSeconds: (time) => instantWithSeconds.format(Date.parse(time)),
  };
}

/** The time zone where the browser knows it, else UTC. */
function known(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}

/** Writes numbers, money and dates in the language, and in the workspace's currency and zone. */
export function useFormat(): Format {
  const { language } = use(Spoken);
  const { currency, timeZone } = usePlace();
  return useMemo(() => formats(language, currency, timeZone), [language, currency, timeZone]);
}
