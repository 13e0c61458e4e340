// What was spent by kind and by model, each a way to filter.

import { useId, useState } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import type { KindsWidgetFragment } from "../../gql/graphql";
import type { Amount } from "../../exact";
import { go, useAddress } from "../address";
import { NoUsage } from "../charts/empty";
import { useWords } from "../language";
import { Widget } from "../widget";
import { FigureCells, More } from "./ranking";

const words = {
  en: {
    kinds: "By kind",
    models: "By model",
    kind: "Kind",
    model: "Model",
    none: "without a model",
    messages: "Messages",
    cost: "Cost",
    share: "Share",
    only: (label: string) => `Show only ${label}`,
    every: (label: string) => `No longer only ${label}`,
  },
  it: {
    kinds: "Per tipo",
    models: "Per modello",
    kind: "Tipo",
    model: "Modello",
    none: "senza modello",
    messages: "Messaggi",
    cost: "Costo",
    share: "Quota",
    only: (label: string) => `Mostra solo ${label}`,
    every: (label: string) => `Non più solo ${label}`,
  },
};

const KindsWidget = graphql(`
  fragment KindsWidget on UsageStats {
    totalCost
    byKind {
      label
      messages
      cost
    }
  }
`);

const ModelsWidget = graphql(`
  fragment ModelsWidget on UsageStats {
    totalCost
    byModel {
      label
      messages
      cost
    }
  }
`);

export function Kinds({ stats }: { stats: FragmentType<typeof KindsWidget> }) {
  const t = useWords(words);
  const { byKind, totalCost } = unmask(KindsWidget, stats);
  return <Labels title={t.kinds} column={t.kind} rows={byKind} total={totalCost} filter="kinds" />;
}

export function Models({ stats }: { stats: FragmentType<typeof ModelsWidget> }) {
  const t = useWords(words);
  const { byModel, totalCost } = unmask(ModelsWidget, stats);
  return <Labels title={t.models} column={t.model} rows={byModel} total={totalCost} filter="models" />;
}

type Row = KindsWidgetFragment["byKind"][number];

interface Props {
  readonly title: string;
  readonly column: string;
  readonly rows: readonly Row[];
  readonly total: Amount;
  /** The part of the filter that a label is of. */
  readonly filter: "kinds" | "models";
}

const few = 8;

function Labels({ title, column, rows, total, filter }: Props) {
  const t = useWords(words);
  const id = useId();
  const { filter: current } = useAddress();
  const [all, setAll] = useState(false);
  const share = (row: Row) => (Number(total) === 0 ? 0 : Number(row.cost) / Number(total));
  const largest = Math.max(...rows.map(share), 0);
  return (
    <Widget title={title} className="ranking labels">
      {rows.length === 0 ? (
        <NoUsage />
      ) : (
        <table className="table" id={id} aria-label={title}>
          <thead>
            <tr>
              <th scope="col">{column}</th>
              <th scope="col" className="number">
                {t.messages}
              </th>
              <th scope="col" className="number">
                {t.cost}
              </th>
              <th scope="col" className="part">
                {t.share}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, all ? rows.length : few).map((row) => {
              const chosen = current[filter].includes(row.label);
              const label = row.label === "" ? t.none : row.label;
              return (
                <tr key={row.label}>
                  <th scope="row">
                    <button
                      type="button"
                      className="label"
                      aria-pressed={chosen}
                      title={chosen ? t.every(label) : t.only(label)}
                      onClick={() => {
                        const others = current[filter].filter((each) => each !== row.label);
                        go({ filter: { ...current, [filter]: chosen ? others : [...others, row.label] } });
                      }}
                    >
                      {row.label === "" ? <em>{label}</em> : label}
                    </button>
                  </th>
                  <FigureCells messages={row.messages} cost={row.cost} share={share(row)} largest={largest} />
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {rows.length > few && <More rows={rows.length} all={all} onAll={setAll} table={id} />}
    </Widget>
  );
}
