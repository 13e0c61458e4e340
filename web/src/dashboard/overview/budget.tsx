// How far a month has come to its budget: the workspace's, or a customer's.

import { Ban, CircleCheck, OctagonAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import type { BudgetStandingFragment } from "../../gql/graphql";
import type { Amount } from "../../exact";
import { hasFilter, linkTo, useAddress } from "../address";
import { monthStart } from "../days";
import { useFormat, useWords } from "../language";
import { mayManage, usePlace } from "../place";
import { Widget, WidgetSkeleton } from "../widget";
import { Figure } from "./change";
import "./budget.css";

const words = {
  en: {
    title: "Budget",
    change: "Change",
    changeLong: "Change the budget",
    everyone: "without filters",
    under: "Within the budget",
    near: (part: string) => `${part} passed`,
    over: "Over the limit",
    reached: "At the limit",
    blocked: "Blocked",
    refused: (day: string) => `no room for a message until ${day}`,
    of: (limit: string) => `of ${limit}`,
    remaining: "Remaining",
    expected: "Expected at month's end",
    between: (low: string, high: string, part: string) => `${low} – ${high} (${part})`,
    runsOut: "Runs out",
    notThisMonth: "not this month",
    already: "has run out",
    enforcement: "At the limit",
    NOTIFY: "Tells, counts on",
    BLOCK: "Blocks",
    thresholds: "Thresholds",
    none: "none",
    summary: (spent: string, limit: string, part: string, state: string) => `${spent} of ${limit} spent, ${part}: ${state}.`,
  },
  it: {
    title: "Budget",
    change: "Modifica",
    changeLong: "Modifica il budget",
    everyone: "senza filtri",
    under: "Nel budget",
    near: (part: string) => `Soglia superata: ${part}`,
    over: "Oltre il limite",
    reached: "Al limite",
    blocked: "Bloccato",
    refused: (day: string) => `nessuno spazio per un messaggio fino al ${day}`,
    of: (limit: string) => `di ${limit}`,
    remaining: "Rimane",
    expected: "Previsto a fine mese",
    between: (low: string, high: string, part: string) => `${low} – ${high} (${part})`,
    runsOut: "Si esaurisce",
    notThisMonth: "non questo mese",
    already: "è esaurito",
    enforcement: "Al limite",
    NOTIFY: "Avvisa, conta ancora",
    BLOCK: "Blocca",
    thresholds: "Soglie",
    none: "nessuna",
    summary: (spent: string, limit: string, part: string, state: string) => `Spesi ${spent} di ${limit}, ${part}: ${state}.`,
  },
};

export const BudgetStanding = graphql(`
  fragment BudgetStanding on Budget {
    monthlyLimit
    thresholds
    enforcement
    spent
    remaining
    percent
    projected
    exhaustedOn
  }
`);

const MessagePrice = graphql(`
  fragment MessagePrice on Workspace {
    prices {
      kind
      price
    }
  }
`);

const WorkspaceBudget = graphql(`
  fragment WorkspaceBudget on Workspace {
    ...MessagePrice
    budget {
      ...BudgetStanding
    }
    month: stats(range: { lastDays: 1 }) @include(if: $budgeted) {
      outlook: forecast(days: 1) {
        monthEnd {
          expected
          low80
          high80
        }
      }
    }
  }
`);

/** What a message of the workspace costs, where its call names no price. */
export function priceOf(workspace: FragmentType<typeof MessagePrice> | null | undefined): Amount {
  return unmask(MessagePrice, workspace)?.prices.find(({ kind }) => kind === "message")?.price ?? "0.005";
}

type State = "under" | "near" | "over" | "blocked";

const signs = { under: CircleCheck, near: TriangleAlert, over: OctagonAlert, blocked: Ban };

/** How a month stands; `price` is what a message costs. */
function stateOf({ enforcement, percent, remaining, thresholds }: BudgetStandingFragment, price: Amount): State {
  if (enforcement === "BLOCK" && (Number(remaining) === 0 || Number(remaining) < Number(price))) return "blocked";
  if (percent >= 100) return "over";
  return thresholds.some((threshold) => threshold <= percent) ? "near" : "under";
}

/** A workspace's budget, and what is to be known to judge it. */
export interface Budgeted {
  readonly standing: BudgetStandingFragment;
  /** What a message costs. */
  readonly price: Amount;
  /** What the month's end is expected to come to. */
  readonly monthEnd: Interval | undefined;
}

interface Interval {
  readonly expected: Amount;
  readonly low80: Amount;
  readonly high80: Amount;
}

/** The budget of a workspace; undefined where it has none. */
export function budgetOf(workspace: FragmentType<typeof WorkspaceBudget> | null | undefined): Budgeted | undefined {
  const found = unmask(WorkspaceBudget, workspace);
  const standing = unmask(BudgetStanding, found?.budget);
  if (!found || !standing) return undefined;
  return {
    standing,
    price: priceOf(found),
    monthEnd: found.month?.outlook.monthEnd,
  };
}

/** The workspace's budget. */
export function Budget({ of: { standing, price, monthEnd }, now }: { of: Budgeted; now: string }) {
  const t = useWords(words);
  const { role } = usePlace();
  const { filter } = useAddress();
  return (
    <BudgetCard
      of={standing}
      price={price}
      monthEnd={monthEnd}
      now={now}
      filtered={hasFilter(filter)}
      tools={
        mayManage(role) && (
          <a className="button quiet" aria-label={t.changeLong} {...linkTo({ view: "settings", tab: "budget" })}>
            {t.change}
          </a>
        )
      }
    />
  );
}

interface Props {
  readonly of: BudgetStandingFragment;
  /** What a message costs. */
  readonly price: Amount;
  /** What the month's end is expected to come to, where it is known how sure that is. */
  readonly monthEnd?: Interval | undefined;
  /** The day that it is. */
  readonly now: string;
  /** Whether the page shows less than what the budget is for. */
  readonly filtered?: boolean;
  readonly tools?: ReactNode;
}

export function BudgetCard({ of, price, monthEnd, now, filtered = false, tools }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const state = stateOf(of, price);
  const Sign = signs[state];
  // Never more than is true: 99.97 % is not 100 %.
  const part = format.share(Math.floor(of.percent * 10) / 1000);
  const passed = of.thresholds.filter((threshold) => threshold <= of.percent).at(-1) ?? 0;
  const name = {
    under: t.under,
    near: t.near(format.share(passed / 100)),
    over: of.percent > 100 ? t.over : t.reached,
    blocked: t.blocked,
  }[state];
  const full = Number(of.remaining) === 0;
  return (
    <Widget
      className={`budget is-${state}`}
      title={t.title}
      note={<Note now={now} filtered={filtered} />}
      summary={t.summary(format.money(of.spent), format.money(of.monthlyLimit), part, name)}
      tools={tools}
    >
      <div className="standing">
        <p className="state">
          <Sign size={16} aria-hidden="true" />
          {name}
        </p>
        <p className="spent numbers">
          <strong title={format.exactMoney(of.spent)}>
            <Figure text={format.money(of.spent)} />
          </strong>{" "}
          <span>
            {t.of(format.money(of.monthlyLimit))} · {part}
          </span>
        </p>
        <Scale of={of} expected={monthEnd?.expected ?? of.projected} />
      </div>
      <dl className="facts numbers">
        <Fact name={t.remaining} title={format.exactMoney(of.remaining)}>
          {format.money(of.remaining)}
        </Fact>
        <Fact name={t.expected}>
          {format.money(monthEnd?.expected ?? of.projected)}
          {monthEnd && <small>{t.between(format.money(monthEnd.low80), format.money(monthEnd.high80), format.share(0.8))}</small>}
        </Fact>
        <Fact name={t.runsOut}>{full ? t.already : of.exhaustedOn !== null ? format.day(of.exhaustedOn) : t.notThisMonth}</Fact>
        <Fact name={t.enforcement}>
          {t[of.enforcement]}
          {state === "blocked" && <small>{t.refused(format.day(monthStart(now, 1)))}</small>}
        </Fact>
        <Fact name={t.thresholds}>{of.thresholds.length === 0 ? t.none : of.thresholds.map((threshold) => format.share(threshold / 100)).join(" · ")}</Fact>
      </dl>
    </Widget>
  );
}

/** Which month it is, and that filters change nothing of it. */
function Note({ now, filtered }: { now: string; filtered: boolean }) {
  const t = useWords(words);
  const format = useFormat();
  return (
    <>
      {format.month(now.slice(0, 7))} {filtered && <span className="tag">{t.everyone}</span>}
    </>
  );
}

function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={title}>{children}</dd>
    </div>
  );
}

/** The most that is drawn of what is expected, in percent of the limit. */
const farthest = 200;

/** The least between two labels, in percent of the scale. */
const apart = 12;

/** What is spent and expected, beside the thresholds. The figures beside it say the same, so nothing is read out. */
function Scale({ of, expected: amount }: { of: BudgetStandingFragment; expected: Amount }) {
  const format = useFormat();
  const limit = Number(of.monthlyLimit);
  const expected = limit > 0 ? (Number(amount) / limit) * 100 : 0;
  const end = Math.max(100, of.percent, Math.min(expected, farthest));
  const at = (percent: number) => `${(Math.min(percent, end) / end) * 100}%`;
  const marks = [...new Set([...of.thresholds, 100])].filter((percent) => percent <= end).sort((a, b) => a - b);
  // The limit has its label in any case; another one where there is room.
  const labelled = marks.filter((percent, index) => {
    if (percent === 100) return true;
    const nearest = Math.min(Math.abs(percent - 100), ...marks.slice(0, index).map((before) => percent - before));
    return (nearest / end) * 100 >= apart;
  });
  return (
    <div className="scale" aria-hidden="true">
      <div className="bar">
        <span className="expected" style={{ inlineSize: at(expected) }} />
        <span className="part" style={{ inlineSize: at(of.percent) }} />
      </div>
      {marks.map((percent) => (
        <span key={percent} className={percent === 100 ? "mark limit" : "mark"} style={{ insetInlineStart: at(percent) }} />
      ))}
      {labelled.map((percent) => (
        <span key={percent} className={percent === end ? "label last" : "label"} style={{ insetInlineStart: at(percent) }}>
          {format.share(percent / 100)}
        </span>
      ))}
    </div>
  );
}

/** As high as the budget that comes. */
export function BudgetSkeleton({ now }: { now: string }) {
  const t = useWords(words);
  const { filter } = useAddress();
  return (
    <WidgetSkeleton className="budget" title={t.title} note={<Note now={now} filtered={hasFilter(filter)} />}>
      <div className="skeleton" />
    </WidgetSkeleton>
  );
}
