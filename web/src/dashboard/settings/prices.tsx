import { Plus, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { unmask } from "../../gql";
import { Field } from "../controls/field";
import { useFormat, useWords } from "../language";
import { readAmount, writeAmount } from "./amount";
import { useChange } from "./change";
import { SettingsForm, UpdateWorkspace, WorkspaceSettings, type FormProps } from "./settingsform";

const words = {
  en: {
    title: "Price list",
    lead: "What one answer of a kind costs, where the call itself names no price. A new price counts for answers from then on.",
    kind: "Kind",
    price: (currency: string) => `Price in ${currency}`,
    remove: (kind: string) => `Remove the price of ${kind}`,
    row: "this row",
    add: "Add a price",
    unlisted: (price: string) =>
      `While a kind is not listed: message costs ${price}; an answer of any other kind needs a price in its call, or it is not counted.`,
    faulty: (example: string) => `Write a number such as ${example}, thousands without separators.`,
    range: "A price is 0 to 1,000,000 with at most 9 decimals.",
    kindMissing: "Name the kind, such as message.",
    kindForm: "A kind is 1 to 64 of a-z 0-9 _ . -",
    twice: "This kind is listed twice.",
  },
  it: {
    title: "Listino prezzi",
    lead: "Quanto costa una risposta di un certo tipo, quando la chiamata non indica un prezzo. Un prezzo nuovo vale per le risposte da quel momento in poi.",
    kind: "Tipo",
    price: (currency: string) => `Prezzo in ${currency}`,
    remove: (kind: string) => `Togli il prezzo di ${kind}`,
    row: "questa riga",
    add: "Aggiungi un prezzo",
    unlisted: (price: string) =>
      `Finché un tipo non è in elenco: message costa ${price}; una risposta di ogni altro tipo ha bisogno di un prezzo nella chiamata, altrimenti non viene contata.`,
    faulty: (example: string) => `Scrivi un numero come ${example}, migliaia senza separatore.`,
    range: "Un prezzo va da 0 a 1.000.000, con al massimo 9 decimali.",
    kindMissing: "Indica il tipo, per esempio message.",
    kindForm: "Un tipo è da 1 a 64 tra a-z 0-9 _ . -",
    twice: "Questo tipo è in elenco due volte.",
  },
};

/** What a message costs by itself. */
const usualPrice = "0.005";

interface Row {
  readonly key: number;
  readonly kind: string;
  readonly price: string;
}

function listed(prices: readonly { kind: string; price: string }[]): string {
  return JSON.stringify(prices.map(({ kind, price }) => [kind, price]).sort());
}

export function PriceList({ kept, onSaved }: FormProps) {
  const t = useWords(words);
  const format = useFormat();
  const save = useChange(UpdateWorkspace);
  const [rows, setRows] = useState<Row[]>(() => kept.prices.map(({ kind, price }, key) => ({ key, kind, price: writeAmount(price, format.locale) })));
  const [judged, setJudged] = useState(false);
  const [saved, setSaved] = useState(false);
  const adding = useRef<HTMLButtonElement>(null);

  const filled = rows.filter(({ kind, price }) => kind.trim() !== "" || price.trim() !== "");
  const prices = filled.map(({ kind, price }) => ({ kind: kind.trim(), price: readAmount(price, format.locale) }));
  const isTwice = (kind: string, index: number) => prices.findIndex((each) => each.kind === kind) !== index;
  const faulty = prices.some(({ kind, price }, index) => kind === "" || price === "" || isTwice(kind, index));
  const before = kept.prices.map(({ kind, price }) => ({ kind, price: readAmount(writeAmount(price, format.locale), format.locale) }));
  const changed = listed(before) !== listed(prices);

  const edit = (key: number, change: Partial<Row>) => {
    setRows(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  };
  const submit = async () => {
    if (save.pending || !changed) return;
    setSaved(false);
    setJudged(true);
    if (faulty) return;
    const answer = await save.run({ id: kept.id, input: { prices } });
    if (!answer) return;
    // The rows stay in the order in which they were typed: the focus is in one of them.
    setRows(filled);
    setJudged(false);
    setSaved(true);
    onSaved(unmask(WorkspaceSettings, answer.updateWorkspace));
  };
  const shown = filled.flatMap((_, index) => [`prices.${index}.kind`, `prices.${index}.price`]);
  return (
    <SettingsForm title={t.title} id="prices" lead={t.lead} changed={changed} pending={save.pending} saved={saved && !changed} trouble={save.beside(...shown)} onSubmit={() => void submit()}>
      <div className="prices">
        {rows.length > 0 && (
          <div className="head" aria-hidden="true">
            <span>{t.kind}</span>
            <span>{t.price(kept.currency)}</span>
          </div>
        )}
        {rows.map((row) => {
          const index = filled.indexOf(row);
          const read = prices[index];
          const kindFault = !read ? "" : read.kind === "" ? t.kindMissing : isTwice(read.kind, index) ? t.twice : "";
          const priceFault = read?.price === "" ? t.faulty(writeAmount(usualPrice, format.locale)) : "";
          return (
            <div key={row.key} className="price-row">
              <Field label={t.kind} fault={judged && kindFault !== "" ? kindFault : save.at(`prices.${index}.kind`, { INVALID: t.kindForm })}>
                {(control) => (
                  <input
                    {...control}
                    className="input"
                    autoComplete="off"
                    autoCapitalize="off"
                    spellCheck={false}
                    // A row that was just added is there to be filled in.
                    autoFocus={row.kind === "" && row.price === ""}
                    maxLength={64}
                    value={row.kind}
                    onChange={(event) => {
                      edit(row.key, { kind: event.target.value });
                    }}
                  />
                )}
              </Field>
              <Field label={t.price(kept.currency)} fault={judged && priceFault !== "" ? priceFault : save.at(`prices.${index}.price`, { INVALID: t.range })}>
                {(control) => (
                  <input
                    {...control}
                    className="input numbers"
                    inputMode="decimal"
                    autoComplete="off"
                    value={row.price}
                    onChange={(event) => {
                      edit(row.key, { price: event.target.value });
                    }}
                  />
                )}
              </Field>
              <button
                type="button"
                className="button quiet icon"
                aria-label={t.remove(row.kind === "" ? t.row : row.kind)}
                title={t.remove(row.kind === "" ? t.row : row.kind)}
                onClick={() => {
                  setRows(rows.filter(({ key }) => key !== row.key));
                  adding.current?.focus();
                }}
              >
                <Trash2 size={16} aria-hidden="true" />
              </button>
            </div>
          );
        })}
        <button
          ref={adding}
          type="button"
          className="button"
          onClick={() => {
            setRows([...rows, { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, kind: "", price: "" }]);
          }}
        >
          <Plus size={16} aria-hidden="true" />
          {t.add}
        </button>
      </div>
      <p className="muted explained">{t.unlisted(format.exactMoney(usualPrice))}</p>
    </SettingsForm>
  );
}
