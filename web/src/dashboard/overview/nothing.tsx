import { SearchX } from "lucide-react";
import { graphql, unmask, type FragmentType } from "../../gql";
import { hasFilter, linkTo, noFilter, useAddress } from "../address";
import { useFormat, useWords } from "../language";

const words = {
  en: {
    nothing: (days: string) => `Nothing was counted: ${days}.`,
    filtered: (days: string) => `The filters leave nothing: ${days}.`,
    clear: "Remove the filters",
    year: "Show the last year",
  },
  it: {
    nothing: (days: string) => `Non è stato contato nulla: ${days}.`,
    filtered: (days: string) => `I filtri non lasciano nulla: ${days}.`,
    clear: "Togli i filtri",
    year: "Mostra l'ultimo anno",
  },
};

const NothingNotice = graphql(`
  fragment NothingNotice on UsageStats {
    startDate
    endDate
    totalMessages
  }
`);

/** Says that there is nothing in the range, and what to do about it. */
export function Nothing({ stats }: { stats: FragmentType<typeof NothingNotice> }) {
  const t = useWords(words);
  const f = useFormat();
  const { filter, range } = useAddress();
  const { startDate, endDate, totalMessages } = unmask(NothingNotice, stats);
  if (totalMessages > 0) return null;
  const days = f.days(startDate, endDate);
  return (
    <div className="notice">
      <SearchX size={18} aria-hidden="true" />
      <span className="told">{hasFilter(filter) ? t.filtered(days) : t.nothing(days)}</span>
      {hasFilter(filter) ? (
        <a className="button" {...linkTo({ filter: noFilter })}>
          {t.clear}
        </a>
      ) : (
        range !== "year" && (
          <a className="button" {...linkTo({ range: "year" })}>
            {t.year}
          </a>
        )
      )}
    </div>
  );
}
