import { graphql, unmask, type FragmentType } from "../../gql";
import { NoUsage } from "../charts/empty";
import { plural, useFormat, useWords } from "../language";
import { Widget } from "../widget";
import { Bar } from "./bar";
import "./ranking.css";

const words = {
  en: {
    title: "Concentration of cost",
    note: "How few clients make a part of it",
    part: "Part",
    clients: (n: number, text: string) => `${text} ${plural(n, "client", "clients")}`,
    cost: "Cost",
    who: "Clients",
  },
  it: {
    title: "Concentrazione del costo",
    note: "Quanti clienti bastano per farne una parte",
    part: "Parte",
    clients: (n: number, text: string) => `${text} ${plural(n, "cliente", "clienti")}`,
    cost: "Costo",
    who: "Clienti",
  },
};

const SegmentsWidget = graphql(`
  fragment SegmentsWidget on UsageStats {
    segments {
      share
      clients
      cost
    }
  }
`);

export function Segments({ stats }: { stats: FragmentType<typeof SegmentsWidget> }) {
  const t = useWords(words);
  const f = useFormat();
  const { segments } = unmask(SegmentsWidget, stats);
  const most = segments.at(-1)?.clients ?? 0;
  return (
    <Widget title={t.title} note={t.note} className="ranking segments">
      {most === 0 ? (
        <NoUsage />
      ) : (
        <table className="table" aria-label={t.title}>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{t.part}</th>
              <th scope="col">{t.who}</th>
              <th scope="col">{t.cost}</th>
            </tr>
          </thead>
          <tbody>
            {segments.map((each) => (
              <tr key={each.share}>
                <th scope="row">{f.share(each.share)}</th>
                <td className="who">
                  <span>{t.clients(each.clients, f.count(each.clients))}</span>
                  <Bar part={each.clients / most} />
                </td>
                <td className="number" title={f.exactMoney(each.cost)}>
                  {f.money(each.cost)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Widget>
  );
}
