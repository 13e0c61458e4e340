import { ChevronsUpDown, Plus, Store } from "lucide-react";
import { useState } from "react";
import { graphql } from "../../gql";
import { go, noFilter } from "../address";
import { useAnswer } from "../answer";
import { Picker } from "../controls/picker";
import { Popup } from "../controls/popup";
import { useWords } from "../language";
import { usePlace } from "../place";
import { NewWorkspace } from "../settings/newworkspace";

const words = {
  en: { switch: "Switch workspace", search: "Search workspaces", none: "No workspace of this name or id.", create: "New workspace" },
  it: { switch: "Cambia spazio di lavoro", search: "Cerca spazi di lavoro", none: "Nessuno spazio di lavoro con questo nome o id.", create: "Nuovo spazio di lavoro" },
};

const Workspaces = graphql(`
  query Workspaces($where: WorkspaceWhereInput) {
    workspaces(first: 50, where: $where, orderBy: [{ field: NAME, direction: ASC }]) {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`);

/** The workspaces of a key that sees several; for a key of one, just its name. */
export function Switcher({ label }: { label?: string }) {
  const t = useWords(words);
  const { name, only, role } = usePlace();
  const [creating, setCreating] = useState(false);
  const shown = (
    <>
      <Store size={16} aria-hidden="true" />
      <span className="name">{label ?? name}</span>
    </>
  );
  if (only !== null) return <span className="switcher one">{shown}</span>;
  return (
    <>
      <Popup
        className="quiet switcher"
        label={label ?? `${t.switch}: ${name}`}
        button={
          <>
            {shown}
            <ChevronsUpDown size={14} aria-hidden="true" />
          </>
        }
      >
        {(close) => (
          <List
            onPick={(workspace) => {
              close();
              // Clients, kinds and models are another workspace's: the range alone goes along.
              go({ workspace, view: "overview", filter: noFilter });
            }}
            onCreate={
              role === "ADMIN"
                ? () => {
                    close();
                    setCreating(true);
                  }
                : undefined
            }
          />
        )}
      </Popup>
      {creating && (
        <NewWorkspace
          onClose={() => {
            setCreating(false);
          }}
          onCreated={(workspace) => {
            setCreating(false);
            go({ workspace, view: "overview" });
          }}
        />
      )}
    </>
  );
}

function List({ onPick, onCreate }: { onPick: (id: string) => void; onCreate: (() => void) | undefined }) {
  const t = useWords(words);
  const { workspace } = usePlace();
  const [text, setText] = useState("");
  const search = text.trim();
  const { data } = useAnswer(Workspaces, { where: search === "" ? null : { or: [{ nameContainsFold: search }, { id: search }] } });
  const found = data?.workspaces.edges?.flatMap((edge) => (edge?.node ? [{ value: edge.node.id, label: edge.node.name, detail: edge.node.id }] : []));
  return (
    <Picker
      label={t.search}
      text={text}
      onText={setText}
      options={found}
      chosen={(id) => id === workspace}
      onPick={({ value }) => {
        onPick(value);
      }}
      empty={t.none}
      footer={
        onCreate && (
          <button type="button" className="choice" onClick={onCreate}>
            <Plus size={16} aria-hidden="true" />
            {t.create}
          </button>
        )
      }
    />
  );
}
