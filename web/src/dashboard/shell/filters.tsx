import { ChevronLeft, Clock, Cpu, ListFilter, type LucideIcon, Tag, User, CalendarRange, X } from "lucide-react";
import { useState } from "react";
import { graphql } from "../../gql";
import { type Filter, go, hasFilter, noFilter, useAddress, type Weekday, weekdays } from "../address";
import { useAnswer } from "../answer";
import { Picker } from "../controls/picker";
import { Popup } from "../controls/popup";
import { useFormat, useWords } from "../language";
import { usePlace } from "../place";

const words = {
  en: {
    filter: "Filter",
    filters: "Filters",
    back: "Back",
    clients: "Client",
    kinds: "Kind",
    models: "Model",
    weekdays: "Weekday",
    hours: "Hour",
    search: { clients: "Search by name, phone or id", kinds: "Search kinds", models: "Search models" },
    none: { clients: "No client found.", kinds: "No kind of usage found.", models: "No model found." },
    noModel: "without a model",
    remove: (what: string) => `Remove the filter ${what}`,
    clear: "Clear all",
  },
  it: {
    filter: "Filtra",
    filters: "Filtri",
    back: "Indietro",
    clients: "Cliente",
    kinds: "Tipo",
    models: "Modello",
    weekdays: "Giorno",
    hours: "Ora",
    search: { clients: "Cerca per nome, telefono o id", kinds: "Cerca tipi", models: "Cerca modelli" },
    none: { clients: "Nessun cliente trovato.", kinds: "Nessun tipo trovato.", models: "Nessun modello trovato." },
    noModel: "senza modello",
    remove: (what: string) => `Togli il filtro ${what}`,
    clear: "Togli tutti",
  },
};

type Dimension = keyof Filter;

const icons: Record<Dimension, LucideIcon> = { clients: User, kinds: Tag, models: Cpu, weekdays: CalendarRange, hours: Clock };
const dimensions: readonly Dimension[] = ["clients", "kinds", "models", "weekdays", "hours"];

const FoundClients = graphql(`
  query FoundClients($where: CustomerWhereInput!) {
    customers(first: 30, where: $where, orderBy: [{ field: CLIENT_ID, direction: ASC }]) {
      edges {
        node {
          clientId
          name
          phone
        }
      }
    }
  }
`);

const Labels = graphql(`
  query Labels($workspaceId: ID!) {
    stats(workspaceId: $workspaceId, range: { lastDays: 3660 }) {
      byKind {
        label
      }
      byModel {
        label
      }
    }
  }
`);

/** Adds or takes away one value of the filter. */
function toggle<D extends Dimension>(filter: Filter, dimension: D, value: Filter[D][number]): void {
  const values = filter[dimension] as readonly (string | number)[];
  const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
  go({ filter: { ...filter, [dimension]: next } });
}

/** The button that adds filters. `without` is a dimension that the page sets itself. */
export function FilterButton({ without }: { without?: Dimension }) {
  const t = useWords(words);
  return (
    <Popup
      label={t.filter}
      align="end"
      button={
        <>
          <ListFilter size={16} aria-hidden="true" />
          <span className="wide">{t.filter}</span>
        </>
      }
    >
      <Dimensions without={without} />
    </Popup>
  );
}

function Dimensions({ without }: { without: Dimension | undefined }) {
  const t = useWords(words);
  const [chosen, setChosen] = useState<Dimension>();
  if (!chosen) {
    return (
      <div className="choices">
        {dimensions
          .filter((dimension) => dimension !== without)
          .map((dimension) => {
            const Icon = icons[dimension];
            return (
              <button
                key={dimension}
                type="button"
                className="choice"
                onClick={() => {
                  setChosen(dimension);
                }}
              >
                <Icon size={16} aria-hidden="true" />
                {t[dimension]}
              </button>
            );
          })}
      </div>
    );
  }
  return (
    <div className="dimension">
      <button
        type="button"
        className="choice"
        // It replaces the button that had the focus.
        autoFocus={chosen === "weekdays" || chosen === "hours"}
        onClick={() => {
          setChosen(undefined);
        }}
      >
        <ChevronLeft size={16} aria-hidden="true" />
        <span className="visually-hidden">{t.back}: </span>
        {t[chosen]}
      </button>
      {chosen === "clients" && <Clients />}
      {(chosen === "kinds" || chosen === "models") && <KindsOrModels dimension={chosen} />}
      {chosen === "weekdays" && <Days />}
      {chosen === "hours" && <Hours />}
    </div>
  );
}

function Clients() {
  const t = useWords(words);
  const { workspace } = usePlace();
  const { filter } = useAddress();
  const [text, setText] = useState("");
  const search = text.trim();
  const where =
    search === ""
      ? { workspaceId: workspace }
      : { workspaceId: workspace, or: [{ nameContainsFold: search }, { phoneContains: search.replace(/\s/g, "") }, { clientIDContainsFold: search }] };
  const { data } = useAnswer(FoundClients, { where });
  const options = data?.customers.edges?.flatMap((edge) =>
    edge?.node ? [{ value: edge.node.clientId, label: edge.node.name ?? edge.node.clientId, detail: edge.node.phone ?? edge.node.clientId }] : [],
  );
  return (
    <Picker
      label={t.search.clients}
      text={text}
      onText={setText}
      options={options}
      chosen={(id) => filter.clients.includes(id)}
      onPick={({ value }) => {
        toggle(filter, "clients", value);
      }}
      empty={t.none.clients}
    />
  );
}

function KindsOrModels({ dimension }: { dimension: "kinds" | "models" }) {
  const t = useWords(words);
  const { workspace } = usePlace();
  const { filter } = useAddress();
  const [text, setText] = useState("");
  const { data } = useAnswer(Labels, { workspaceId: workspace });
  const labels = data && (dimension === "kinds" ? data.stats.byKind : data.stats.byModel);
  const search = text.trim().toLowerCase();
  const options = labels?.map(({ label }) => ({ value: label, label: label === "" ? t.noModel : label })).filter(({ label }) => label.toLowerCase().includes(search));
  return (
    <Picker
      label={t.search[dimension]}
      text={text}
      onText={setText}
      options={options}
      chosen={(label) => filter[dimension].includes(label)}
      onPick={({ value }) => {
        toggle(filter, dimension, value);
      }}
      empty={t.none[dimension]}
    />
  );
}

function Days() {
  const format = useFormat();
  const { filter } = useAddress();
  return (
    <div className="choices">
      {weekdays.map((day) => (
        <label key={day} className="choice">
          <input
            type="checkbox"
            checked={filter.weekdays.includes(day)}
            onChange={() => {
              toggle(filter, "weekdays", day);
            }}
          />
          {format.weekday(day)}
        </label>
      ))}
    </div>
  );
}

function Hours() {
  const format = useFormat();
  const { filter } = useAddress();
  return (
    <div className="hours-of-day">
      {Array.from({ length: 24 }, (_, hour) => (
        <button
          key={hour}
          type="button"
          className="button numbers"
          aria-pressed={filter.hours.includes(hour)}
          onClick={() => {
            toggle(filter, "hours", hour);
          }}
        >
          {format.hour(hour)}
        </button>
      ))}
    </div>
  );
}

/** What is filtered, each to be taken away. */
export function FilterChips({ without }: { without?: Dimension }) {
  const t = useWords(words);
  const format = useFormat();
  const { workspace } = usePlace();
  const { filter } = useAddress();
  const clients = without === "clients" ? [] : filter.clients;
  const named = useAnswer(FoundClients, { where: { workspaceId: workspace, clientIdIn: [...clients] } }, { paused: clients.length === 0 });
  if (!hasFilter({ ...filter, clients })) return null;
  const nameOf = (id: string) => named.data?.customers.edges?.find((edge) => edge?.node?.clientId === id)?.node?.name ?? id;
  const shown: { dimension: Dimension; value: string | number; label: string }[] = [
    ...clients.map((value) => ({ dimension: "clients" as const, value, label: nameOf(value) })),
    ...filter.kinds.map((value) => ({ dimension: "kinds" as const, value, label: value })),
    ...filter.models.map((value) => ({ dimension: "models" as const, value, label: value === "" ? t.noModel : value })),
    ...filter.weekdays.map((value) => ({ dimension: "weekdays" as const, value, label: format.weekday(value) })),
    ...filter.hours.map((value) => ({ dimension: "hours" as const, value, label: format.hour(value) })),
  ];
  return (
    <ul className="chips" aria-label={t.filters}>
      {shown.map(({ dimension, value, label }) => (
        <li key={`${dimension} ${value}`} className="chip">
          <span className="muted">{t[dimension]}</span>
          <span className="of">{label}</span>
          <button
            type="button"
            aria-label={t.remove(`${t[dimension]} ${label}`)}
            onClick={() => {
              toggle(filter, dimension, value as Weekday);
            }}
          >
            <X size={14} aria-hidden="true" />
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          className="button quiet"
          onClick={() => {
            go({ filter: noFilter });
          }}
        >
          {t.clear}
        </button>
      </li>
    </ul>
  );
}
