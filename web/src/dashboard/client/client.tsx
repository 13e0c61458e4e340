// One client: who it is, what it cost, and each usage that was counted for it.

import { ArrowLeft, SearchX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { graphql } from "../../gql";
import { hasFilter, linkTo, useAddress } from "../address";
import { useAnswer } from "../answer";
import { before, rangeInput, resolve } from "../days";
import { useWords } from "../language";
import { useLive } from "../live";
import { priceOf } from "../overview/budget";
import { Daily, DailySkeleton, daysToCome } from "../overview/daily";
import { Hours, HoursSkeleton } from "../overview/hours";
import { Kinds, Models } from "../overview/labels";
import { useAnswered, useRefreshOn, useToday } from "../overview/pace";
import { mayManage, usePlace } from "../place";
import { filterInput } from "../question";
import { Boundary } from "../widget";
import { BudgetFact, ClientBudget, limitOf } from "./budget";
import { Customer } from "./customer";
import { Figures, FiguresPlace } from "./figures";
import { Usages } from "./usages";
import "../overview/overview.css";
import "./client.css";

const words = {
  en: {
    way: "Way back",
    back: "Overview",
    loading: "Loading…",
    figures: "Figures",
    daily: "Cost by day",
    hours: "Hours of the day",
    kinds: "By kind",
    models: "By model",
    usages: "Usages",
    missing: "No such client",
    missingText: (id: string) => `The workspace has no customer “${id}”, and nothing was ever counted for that id.`,
    toOverview: "To the overview",
    failed: "The client's figures can't be shown now.",
    away: "The server does not answer. These are the last figures that came; trying again…",
    again: "Try again",
  },
  it: {
    way: "Ritorno",
    back: "Panoramica",
    loading: "Caricamento…",
    figures: "Cifre",
    daily: "Costo al giorno",
    hours: "Ore del giorno",
    kinds: "Per tipo",
    models: "Per modello",
    usages: "Utilizzi",
    missing: "Nessun cliente con questo id",
    missingText: (id: string) => `Lo spazio di lavoro non ha un cliente “${id}”, e per quell'id non è mai stato contato nulla.`,
    toOverview: "Alla panoramica",
    failed: "Ora non si possono mostrare i dati del cliente.",
    away: "Il server non risponde. Questi sono gli ultimi dati arrivati; nuovo tentativo…",
    again: "Riprova",
  },
};

const OneClient = graphql(`
  query OneClient($workspaceId: ID!, $clientId: ID!, $range: DateRange!, $before: DateRange!, $filter: UsageFilter, $everybody: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!) {
    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {
      edges {
        node {
          ...CustomerCard
          ...CustomerBudget
        }
      }
    }
    latest: usages(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
      edges {
        node {
          createdAt
        }
      }
    }
    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {
      ...ClientFigures
      ...DailyWidget
      ...DailyForecast
      ...DailyAnomalies
      ...HoursWidget
      ...KindsWidget
      ...ModelsWidget
    }
    everybody: stats(workspaceId: $workspaceId, range: $range, filter: $everybody) {
      ...EverybodysCost
    }
    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {
      ...DailyBefore
    }
    workspace(id: $workspaceId) {
      ...MessagePrice
    }
  }
`);

export function ClientPage() {
  const t = useWords(words);
  const { workspace, timeZone, role } = usePlace();
  const { client, range, compare, filter: shown } = useAddress();
  const now = useToday(timeZone);
  const days = resolve(range, now);
  const filter = { ...shown, clients: [client] };
  const variables = {
    workspaceId: workspace,
    clientId: client,
    range: rangeInput(days),
    before: rangeInput(before(days)),
    filter: filterInput(filter),
    everybody: filterInput({ ...shown, clients: [] }),
    compare,
    ...daysToCome(days, now),
  };
  const answer = useAnswer(OneClient, variables);
  const { data, stale, problem, message, failed, refresh } = answer;
  useRefreshOn(useLive().changes, answer, days.start <= now && now <= days.end);

  const answered = useAnswered(variables, answer);

  const stats = data?.stats;
  const customer = failed.has("CustomerCard") ? undefined : data?.customers.edges?.[0]?.node;
  const budgeted = failed.has("CustomerBudget") ? undefined : (customer ?? undefined);
  const limit = limitOf(budgeted);
  const latest = data?.latest.edges?.[0]?.node?.createdAt;
  if (data && !customer && latest === undefined && !failed.has("CustomerCard")) return <Missing client={client} />;
  const slot = (area: string, fragment: string, title: string, place: ReactNode, widget: (found: NonNullable<typeof stats>) => ReactNode) => (
    <div className={`slot ${area}`}>
      {stats ? (
        <Boundary title={title} failed={failed.has(fragment)} onAgain={refresh}>
          {widget(stats)}
        </Boundary>
      ) : (
        place
      )}
    </div>
  );
  return (
    <div className="overview client-page">
      {stale && <div className="progress" aria-hidden="true" />}
      <nav aria-label={t.way}>
        <a className="back" {...linkTo({ view: "overview" })}>
          <ArrowLeft size={16} aria-hidden="true" />
          {t.back}
        </a>
      </nav>
      {problem !== undefined && problem !== "refused" && (
        <div className={problem === "away" ? "notice warn" : "notice bad"} role="alert">
          <TriangleAlert size={18} aria-hidden="true" />
          <span className="told">{problem === "away" ? t.away : `${t.failed} ${message}`}</span>
          {problem !== "away" && (
            <button type="button" className="button" onClick={refresh}>
              {t.again}
            </button>
          )}
        </div>
      )}
      {data ? (
        <Customer
          client={client}
          customer={customer ?? undefined}
          latest={latest}
          budget={
            budgeted && (limit !== undefined || mayManage(role)) ? <BudgetFact customer={budgeted} onChanged={refresh} /> : undefined
          }
        />
      ) : <div className="skeleton who" role="status" aria-label={t.loading} />}
      <div className={stale ? "widgets stale" : "widgets"} aria-busy={stale || !data}>
        {slot("figures", "ClientFigures", t.figures, <FiguresPlace />, (found) => (
          <Figures key={answered} stats={found} everybody={failed.has("EverybodysCost") ? undefined : data?.everybody} />
        ))}
        {slot("trend", "DailyWidget", t.daily, <DailySkeleton coming={variables.coming} />, (found) => (
          <Daily
            stats={found}
            before={failed.has("DailyBefore") ? undefined : data?.before}
            limit={hasFilter({ ...shown, clients: [] }) ? undefined : limit}
            coming={variables.coming}
            failed={failed}
          />
        ))}
        {slot("clock", "HoursWidget", t.hours, <HoursSkeleton />, (found) => (
          <Hours stats={found} />
        ))}
        {budgeted && limit !== undefined && (
          <div className="slot">
            <ClientBudget customer={budgeted} price={priceOf(data?.workspace)} now={now} />
          </div>
        )}
        {slot("label", "KindsWidget", t.kinds, null, (found) => (
          <Kinds stats={found} />
        ))}
        {slot("label", "ModelsWidget", t.models, null, (found) => (
          <Models stats={found} />
        ))}
        <div className="slot list">
          <Boundary title={t.usages} failed={false} onAgain={refresh}>
            <Usages client={client} days={days} filter={filter} turn={data} onVoided={refresh} />
          </Boundary>
        </div>
      </div>
    </div>
  );
}

function Missing({ client }: { client: string }) {
  const t = useWords(words);
  return (
    <div className="client-page">
      <div className="card missing" role="status">
        <SearchX size={32} aria-hidden="true" />
        <h2>{t.missing}</h2>
        <p>{t.missingText(client)}</p>
        <a className="button primary" {...linkTo({ view: "overview" })}>
          {t.toOverview}
        </a>
      </div>
    </div>
  );
}
