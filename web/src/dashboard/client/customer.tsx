import { Mail, Phone } from "lucide-react";
import type { ReactNode } from "react";
import { graphql, unmask, type FragmentType } from "../../gql";
import { today } from "../days";
import { useFormat, useWords } from "../language";
import { usePlace } from "../place";

const words = {
  en: {
    id: "Id",
    phone: "Phone",
    email: "E-mail",
    since: "Customer since",
    latest: "Last usage",
    budget: "Budget",
    active: "Chatbot on",
    inactive: "Chatbot off",
    erased: "Name, phone and e-mail are not known: they were erased, or never given.",
  },
  it: {
    id: "Id",
    phone: "Telefono",
    email: "E-mail",
    since: "Cliente dal",
    latest: "Ultimo utilizzo",
    budget: "Budget",
    active: "Chatbot attivo",
    inactive: "Chatbot spento",
    erased: "Nome, telefono ed e-mail non sono noti: sono stati cancellati, o mai dati.",
  },
};

export const CustomerCard = graphql(`
  fragment CustomerCard on Customer {
    name
    phone
    email
    activeChatbot
    createdAt
  }
`);

interface Props {
  readonly client: string;
  /** Undefined where the client has usage, but is no customer now. */
  readonly customer: FragmentType<typeof CustomerCard> | undefined;
  /** When something was counted last. */
  readonly latest: string | undefined;
  /** How far its month has come to its budget. */
  readonly budget: ReactNode;
}

/** Who the client is. */
export function Customer({ client, customer, latest, budget }: Props) {
  const t = useWords(words);
  const format = useFormat();
  const { timeZone } = usePlace();
  const known = unmask(CustomerCard, customer);
  const { name, phone, email } = known ?? {};
  const since = known && today(timeZone, Date.parse(known.createdAt));
  return (
    <section className="customer" aria-label={name ?? client}>
      <div className="title">
        <h2>{name ?? client}</h2>
        {known && <span className={`tag ${known.activeChatbot ? "on" : ""}`}>{known.activeChatbot ? t.active : t.inactive}</span>}
      </div>
      {!name && !phone && !email && <p className="muted">{t.erased}</p>}
      <dl>
        {name && <Fact label={t.id}>{client}</Fact>}
        {phone && (
          <Fact label={t.phone}>
            <Phone size={14} aria-hidden="true" />
            <a href={`tel:${phone}`}>{phone}</a>
          </Fact>
        )}
        {email && (
          <Fact label={t.email}>
            <Mail size={14} aria-hidden="true" />
            <a href={`mailto:${email}`}>{email}</a>
          </Fact>
        )}
        {since && <Fact label={t.since}>{format.days(since, since)}</Fact>}
        {latest !== undefined && <Fact label={t.latest}>{format.instant(latest)}</Fact>}
        {budget !== undefined && <Fact label={t.budget}>{budget}</Fact>}
      </dl>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
