// When the overview asks again, and what day it is.

import { useEffect, useRef, useState } from "react";
import type { Answer } from "../answer";
import { today } from "../days";

/** The milliseconds between two refreshes: of figures that count today, and of others. */
const pause = { today: 2_000, past: 30_000 };

/**
 * Asks again after live changes: at once, then no oftener than the pace, and
 * never while the answer before is on its way, however slow that is.
 */
export function useRefreshOn(changes: number, answer: Answer<unknown>, countsToday: boolean): void {
  const { data, problem, refresh } = answer;
  const last = useRef<{ changes: number; data: unknown; time: number }>({ changes: 0, data: undefined, time: 0 });
  const pace = countsToday ? pause.today : pause.past;
  useEffect(() => {
    const { current } = last;
    if (data === undefined || changes === current.changes) return;
    if (data === current.data && problem === undefined) return; // asked, not yet answered
    const timer = setTimeout(
      () => {
        last.current = { changes, data, time: Date.now() };
        refresh();
      },
      Math.max(0, current.time + pace - Date.now()),
    );
    return () => {
      clearTimeout(timer);
    };
  }, [changes, data, problem, refresh, pace]);
}

/**
 * The question, as a text, that the shown data answers. Figures that another
 * question brings do not glow: only those that change under it.
 */
export function useAnswered(variables: object, { data, stale }: Answer<unknown>): string {
  const question = JSON.stringify(variables);
  const [answered, setAnswered] = useState(question);
  if (data !== undefined && !stale && answered !== question) setAnswered(question);
  return answered;
}

/** The day that it is in the time zone, also after midnight. */
export function useToday(timeZone: string): string {
  const [now, setNow] = useState(() => today(timeZone));
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(today(timeZone));
    }, 20_000);
    return () => {
      clearInterval(timer);
    };
  }, [timeZone]);
  return now;
}
