// How many alerts nobody has looked at, above every view; what they say comes
// when somebody looks.

import { Bell as Icon } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { graphql } from "../../gql";
import { useAnswer } from "../answer";
import { Popup } from "../controls/popup";
import { plural, useWords } from "../language";
import { useLive } from "../live";
import { useRefreshOn } from "../overview/pace";
import { usePlace } from "../place";
import { isAfter, useSeen } from "./seen";

const Panel = lazy(() => import("./panel").then((module) => ({ default: module.Panel })));

const words = {
  en: { alerts: "Alerts", fresh: (count: string, n: number) => `${count} new ${plural(n, "alert", "alerts")}` },
  it: { alerts: "Avvisi", fresh: (count: string, n: number) => `${count} ${plural(n, "nuovo avviso", "nuovi avvisi")}` },
};

const Unseen = graphql(`
  query UnseenAlerts($where: AlertWhereInput!) {
    alerts(first: 10, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
      edges {
        node {
          id
          createdAt
        }
      }
    }
  }
`);

/** The most that is counted. */
const most = 9;

export function Bell() {
  const t = useWords(words);
  const { workspace } = usePlace();
  const [seen, see] = useSeen(workspace);
  // Who sends a test looks at what becomes of it there.
  const answer = useAnswer(Unseen, { where: { workspaceId: workspace, eventNEQ: "channel.test", ...(seen !== "" && { createdAtGT: seen }) } });
  useRefreshOn(useLive().changes + useMinutes(), answer, false);
  const found = answer.data?.alerts.edges?.flatMap((edge) => edge?.node ?? []) ?? [];
  const unseen = found.filter(({ createdAt }) => isAfter(createdAt, seen));
  const n = unseen.length;
  const count = n > most ? `${most}+` : String(n);
  return (
    <>
      <Popup
        label={n === 0 ? t.alerts : `${t.alerts}: ${t.fresh(count, n)}`}
        className="quiet icon bell"
        align="end"
        button={
          <>
            <Icon size={18} aria-hidden="true" />
            {n > 0 && (
              <span className="unseen" aria-hidden="true">
                {count}
              </span>
            )}
          </>
        }
      >
        {(leave) => (
          <Suspense fallback={<div className="alerts-place skeleton" />}>
            <Panel seen={seen} newest={found[0]?.id} onSee={see} onLeave={leave} />
          </Suspense>
        )}
      </Popup>
      <span className="visually-hidden" role="status">
        {n > 0 && t.fresh(count, n)}
      </span>
    </>
  );
}

/** How many minutes the page stands: not every alert comes with a change of today's totals. */
function useMinutes(): number {
  const [minutes, setMinutes] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      setMinutes((n) => n + 1);
    }, 60_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return minutes;
}
