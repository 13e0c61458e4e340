import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import { useId, useState } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import type { ClientsWidgetFragment } from "../../gql/graphql";
import { linkTo } from "../address";
import { NoUsage } from "../charts/empty";
import { useFormat, useWords } from "../language";
import { Widget } from "../widget";
import { FigureCells, More } from "./ranking";

const words = {
  en: {
    title: "Top clients",
    note: (n: number) => `The ${n} that cost most`,
    name: "Name",
    phone: "Phone",
    messages: "Messages",
    cost: "Cost",
    share: "Share",
  },
  it: {
    title: "Clienti principali",
    note: (n: number) => `I ${n} che costano di più`,
    name: "Nome",
    phone: "Telefono",
    messages: "Messaggi",
    cost: "Costo",
    share: "Quota",
  },
};

const ClientsWidget = graphql(`
  fragment ClientsWidget on UsageStats {
    clients: topClients(first: 50) {
      clientId
      clientName
      clientPhone
      messages
      cost
      share
    }
  }
`);

type Row = ClientsWidgetFragment["clients"][number];
type Column = "name" | "messages" | "cost" | "share";

/** How many are asked for, and how many stand there before one asks for all. */
const most = 50;
const few = 10;

const figures: Readonly<Record<Exclude<Column, "name">, (row: Row) => number>> = {
  messages: (row) => row.messages,
  cost: (row) => Number(row.cost),
  share: (row) => row.share,
};

function nameOf(row: Row): string {
  return row.clientName ?? row.clientId;
}

/** The rows in the order of a column; equals stay as the server ordered them. */
function sorted(rows: readonly Row[], by: Column, down: boolean, locale: string): Row[] {
  const order = new Intl.Collator(locale, { numeric: true });
  const ascending = by === "name" ? (a: Row, b: Row) => order.compare(nameOf(a), nameOf(b)) : (a: Row, b: Row) => figures[by](a) - figures[by](b);
  return rows.toSorted((a, b) => (down ? ascending(b, a) : ascending(a, b)));
}

export function Clients({ stats }: { stats: FragmentType<typeof ClientsWidget> }) {
  const t = useWords(words);
  const f = useFormat();
  const id = useId();
  const rows = unmask(ClientsWidget, stats).clients;
  const [order, setOrder] = useState<{ by: Column; down: boolean }>({ by: "cost", down: true });
  const [all, setAll] = useState(false);
  const shown = sorted(rows, order.by, order.down, f.locale).slice(0, all ? most : few);
  const largest = Math.max(...rows.map((row) => row.share), 0);

  const head = (column: Column, className: string) => {
    const chosen = order.by === column;
    const Arrow = !chosen ? ArrowUpDown : order.down ? ArrowDown : ArrowUp;
    return (
      <th scope="col" className={className} aria-sort={chosen ? (order.down ? "descending" : "ascending") : undefined}>
        <button
          type="button"
          className="sort"
          onClick={() => {
            // Names begin at A, figures with the most.
            setOrder({ by: column, down: chosen ? !order.down : column !== "name" });
          }}
        >
          {t[column]}
          <Arrow className={chosen ? "" : "idle"} size={14} aria-hidden="true" />
        </button>
      </th>
    );
  };
  return (
    <Widget title={t.title} note={rows.length === most ? t.note(most) : undefined} className="ranking clients">
      {rows.length === 0 ? (
        <NoUsage />
      ) : (
        <table className="table" id={id} aria-label={t.title}>
          <thead>
            <tr>
              {head("name", "")}
              <th scope="col" className="phone">
                {t.phone}
              </th>
              {head("messages", "number")}
              {head("cost", "number")}
              {head("share", "part")}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.clientId}>
                <th scope="row">
                  <a {...linkTo({ view: "client", client: row.clientId })} className={row.clientName === null ? "id" : undefined}>
                    {nameOf(row)}
                  </a>
                  {row.clientPhone !== null && <small className="below">{row.clientPhone}</small>}
                </th>
                <td className="phone">{row.clientPhone}</td>
                <FigureCells messages={row.messages} cost={row.cost} share={row.share} largest={largest} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > few && <More rows={rows.length} all={all} onAll={setAll} table={id} />}
    </Widget>
  );
}
