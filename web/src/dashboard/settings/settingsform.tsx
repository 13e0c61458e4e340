import { CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { graphql } from "../../gql";
import type { WorkspaceSettingsFragment } from "../../gql/graphql";
import { useWords } from "../language";
import { Trouble } from "./actions";

export const WorkspaceSettings = graphql(`
  fragment WorkspaceSettings on Workspace {
    id
    name
    currency
    timeZone
    language
    reportHour
    prices {
      kind
      price
    }
  }
`);

export const UpdateWorkspace = graphql(`
  mutation UpdateWorkspace($id: ID!, $input: UpdateWorkspaceInput!) {
    updateWorkspace(id: $id, input: $input) {
      ...WorkspaceSettings
    }
  }
`);

/** A form of settings: what the server keeps, and where to tell what it keeps next. */
export interface FormProps {
  readonly kept: WorkspaceSettingsFragment;
  readonly onSaved: (next: WorkspaceSettingsFragment) => void;
}

const words = {
  en: { save: "Save", wait: "Saving…", saved: "Saved." },
  it: { save: "Salva", wait: "Salvataggio…", saved: "Salvato." },
};

interface SettingsFormProps {
  readonly title: string;
  readonly id: string;
  readonly lead?: ReactNode;
  readonly changed: boolean;
  readonly pending: boolean;
  readonly saved: boolean;
  readonly trouble: string;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** A card of settings that are saved together. */
export function SettingsForm({ title, id, lead, changed, pending, saved, trouble, onSubmit, children }: SettingsFormProps) {
  const t = useWords(words);
  return (
    <section className="card" aria-labelledby={id}>
      <header>
        <div>
          <h2 id={id}>{title}</h2>
          {lead !== undefined && <p className="muted">{lead}</p>}
        </div>
      </header>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <Trouble text={trouble} />
        <div className="save">
          <button type="submit" className="button primary" aria-disabled={!changed || pending}>
            {pending ? t.wait : t.save}
          </button>
          <span role="status">
            {saved && (
              <span className="saved">
                <CircleCheck size={16} aria-hidden="true" />
                {t.saved}
              </span>
            )}
          </span>
        </div>
      </form>
    </section>
  );
}
