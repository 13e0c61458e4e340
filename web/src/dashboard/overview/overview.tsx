// A workspace at a glance, in one operation: each widget adds the fields that it shows.

import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { graphql, unmask } from "../../gql";
import { hasFilter, useAddress } from "../address";
import { useAnswer } from "../answer";
import { before, rangeInput, resolve } from "../days";
import { useFormat, useWords } from "../language";
import { useLive } from "../live";
import { usePlace } from "../place";
import { filterInput } from "../question";
import { Boundary, FailedWidget, WidgetSkeleton } from "../widget";
import { Budget, budgetOf, BudgetSkeleton } from "./budget";
import { Cards, CardsSkeleton } from "./cards";
import { Clients } from "./clients";
import { Daily, DailySkeleton, daysToCome } from "./daily";
import { Heatmap, HeatmapSkeleton } from "./heatmap";
import { Hours, HoursSkeleton } from "./hours";
import { Insights } from "./insights";
import { Kinds, Models } from "./labels";
import { Months, MonthsSkeleton } from "./months";
import { Nothing } from "./nothing";
import { useAnswered, useRefreshOn, useToday } from "./pace";
import { Segments } from "./segments";
import { Welcome } from "./welcome";
import "./overview.css";

const words = {
  en: {
    cards: "Figures",
    budget: "Budget",
    daily: "Day by day",
    hours: "Hours of the day",
    heatmap: "Hours of the week",
    clients: "Top clients",
    segments: "Concentration of cost",
    insights: "In words",
    months: "Months",
    kinds: "By kind",
    models: "By model",
    away: "The server does not answer. These are the last figures that came; trying again…",
    failed: "These figures can't be shown.",
    old: "These are the last figures that came.",
    again: "Try again",
    loading: "Loading the figures…",
    shown: (days: string) => `Figures shown: ${days}.`,
  },
  it: {
    cards: "Cifre",
    budget: "Budget",
    daily: "Giorno per giorno",
    hours: "Ore del giorno",
    heatmap: "Ore della settimana",
    clients: "Clienti principali",
    segments: "Concentrazione del costo",
    insights: "In parole",
    months: "Mesi",
    kinds: "Per tipo",
    models: "Per modello",
    away: "Il server non risponde. Questi sono gli ultimi dati arrivati; nuovo tentativo…",
    failed: "Questi dati non si possono mostrare.",
    old: "Questi sono gli ultimi dati arrivati.",
    again: "Riprova",
    loading: "Caricamento dei dati…",
    shown: (days: string) => `Dati mostrati: ${days}.`,
  },
};

const OverviewQuery = graphql(`
  query Overview($workspaceId: ID!, $range: DateRange, $before: DateRange, $filter: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!, $budgeted: Boolean!) {
    ...EverCounted
    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {
      ...NothingNotice
      ...CardsWidget
      ...DailyWidget
      ...DailyForecast
      ...DailyAnomalies
      ...HoursWidget
      ...HeatmapWidget
      ...ClientsWidget
      ...SegmentsWidget
      ...InsightsWidget
      ...MonthsWidget
      ...KindsWidget
      ...ModelsWidget
    }
    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {
      ...DailyBefore
      ...InsightsBefore
    }
    workspace(id: $workspaceId) {
      ...WorkspaceBudget
    }
  }
`);

/** Whether anything was ever counted in the workspace. */
const EverCounted = graphql(`
  fragment EverCounted on Query {
    usages(first: 1, where: { workspaceId: $workspaceId }) {
      edges {
        node {
          id
        }
      }
    }
  }
`);

export function Overview() {
  const t = useWords(words);
  const f = useFormat();
  const { range, filter, compare } = useAddress();
  const { workspace, timeZone, budgeted } = usePlace();
  const now = useToday(timeZone);
  const days = resolve(range, now);
  const { coming, ahead } = daysToCome(days, now);
  const variables = {
    workspaceId: workspace,
    range: rangeInput(days),
    before: rangeInput(before(days)),
    filter: filterInput(filter),
    compare,
    coming,
    ahead,
    budgeted,
  };
  const answer = useAnswer(OverviewQuery, variables);
  const { data, stale, problem, message, failed, refresh } = answer;
  useRefreshOn(useLive().changes, answer, days.start <= now && now <= days.end);

  const answered = useAnswered(variables, answer);

  const stats = data?.stats;
  const budget = budgetOf(failed.has("WorkspaceBudget") ? undefined : data?.workspace);
  const ever = unmask(EverCounted, failed.has("EverCounted") ? undefined : data);
  if (ever?.usages.edges?.length === 0) return <Welcome onLook={refresh} />;
  if ((problem !== undefined && problem !== "away" && (!data || stale)) || (data && !stats)) {
    return (
      <div className="overview">
        <div className="notice bad" role="alert">
          <TriangleAlert size={18} aria-hidden="true" />
          <span className="told">
            {t.failed} {message}
          </span>
          <button type="button" className="button" onClick={refresh}>
            {t.again}
          </button>
        </div>
      </div>
    );
  }
  const slot = (area: string, fragment: string, title: string, skeleton: ReactNode, widget: (found: NonNullable<typeof stats>) => ReactNode) => (
    <div className={`slot of-${area}`}>
      {!stats ? (
        skeleton
      ) : failed.has(fragment) ? (
        <FailedWidget title={title} onAgain={refresh} />
      ) : (
        <Boundary title={title} failed={false} onAgain={refresh}>
          {widget(stats)}
        </Boundary>
      )}
    </div>
  );
  return (
    <div className="overview">
      {stale && <div className="progress" aria-hidden="true" />}
      <p role="status" className="visually-hidden">
        {!data || stale ? t.loading : t.shown(f.days(days.start, days.end))}
      </p>
      {problem !== undefined && data && (
        <div className="notice warn" role="status">
          <TriangleAlert size={18} aria-hidden="true" />
          <span className="told">{problem === "away" ? t.away : `${t.old} ${message}`}</span>
        </div>
      )}
      <div className={stale ? "widgets stale" : "widgets"} aria-busy={stale || !data}>
        {stats && !failed.has("NothingNotice") && <Nothing stats={stats} />}
        {slot("cards", "CardsWidget", t.cards, <CardsSkeleton />, (found) => (
          <Cards key={answered} stats={found} />
        ))}
        {(stats && !failed.has("WorkspaceBudget") ? budget : budgeted) &&
          slot("budget", "WorkspaceBudget", t.budget, <BudgetSkeleton now={now} />, () => budget && <Budget of={budget} now={now} />)}
        {slot("daily", "DailyWidget", t.daily, <DailySkeleton coming={coming} />, (found) => (
          <Daily
            stats={found}
            before={(failed.has("DailyBefore") ? undefined : data?.before) ?? null}
            limit={hasFilter(filter) ? undefined : budget?.standing.monthlyLimit}
            coming={coming}
            failed={failed}
          />
        ))}
        {slot("hours", "HoursWidget", t.hours, <HoursSkeleton />, (found) => (
          <Hours stats={found} />
        ))}
        {slot("heatmap", "HeatmapWidget", t.heatmap, <HeatmapSkeleton />, (found) => (
          <Heatmap stats={found} />
        ))}
        {slot("clients", "ClientsWidget", t.clients, <Waiting title={t.clients} />, (found) => (
          <Clients stats={found} />
        ))}
        {slot("segments", "SegmentsWidget", t.segments, <Waiting title={t.segments} />, (found) => (
          <Segments stats={found} />
        ))}
        {slot("insights", "InsightsWidget", t.insights, <Waiting title={t.insights} />, (found) => (
          <Insights stats={found} before={failed.has("InsightsBefore") ? undefined : data?.before} now={now} />
        ))}
        {slot("months", "MonthsWidget", t.months, <MonthsSkeleton />, (found) => (
          <Months stats={found} />
        ))}
        {slot("kinds", "KindsWidget", t.kinds, <Waiting title={t.kinds} />, (found) => (
          <Kinds stats={found} />
        ))}
        {slot("models", "ModelsWidget", t.models, <Waiting title={t.models} />, (found) => (
          <Models stats={found} />
        ))}
      </div>
    </div>
  );
}

/** A table on its way: how high it is depends on where it stands. */
function Waiting({ title }: { title: string }) {
  return (
    <WidgetSkeleton title={title}>
      <div className="skeleton" />
    </WidgetSkeleton>
  );
}
