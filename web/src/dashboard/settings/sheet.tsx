import { Plus } from "lucide-react";
import type { ReactNode, RefObject } from "react";

interface Props {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  /** Takes the title, for the focus of what leaves the list. */
  readonly heading: RefObject<HTMLHeadingElement | null>;
  /** The button that adds to the list. */
  readonly create: string;
  readonly onCreate: () => void;
  readonly children: ReactNode;
}

/** A part of the settings that holds a list, with a button to add to it. */
export function Sheet({ id, title, lead, heading, create, onCreate, children }: Props) {
  return (
    <section className="card" aria-labelledby={id}>
      <header>
        <div>
          <h2 id={id} ref={heading} tabIndex={-1}>
            {title}
          </h2>
          <p className="muted">{lead}</p>
        </div>
        <button type="button" className="button primary" onClick={onCreate}>
          <Plus size={16} aria-hidden="true" />
          {create}
        </button>
      </header>
      {children}
    </section>
  );
}
