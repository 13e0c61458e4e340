// The frame of every widget: its title, what it says in words, its menu, and
// what stands there while there are no figures.

import { Ellipsis, ImageDown, Table2, TriangleAlert } from "lucide-react";
import { Component, type ErrorInfo, type ReactNode, useState } from "react";
import { Popup } from "./controls/popup";
import { useWords } from "./language";
import "./widget.css";

const words = {
  en: {
    menu: "Options",
    table: "Show the numbers",
    chart: "Show the chart",
    picture: "Download as PNG",
    failed: "These figures can't be shown now.",
    again: "Try again",
  },
  it: {
    menu: "Opzioni",
    table: "Mostra i numeri",
    chart: "Mostra il grafico",
    picture: "Scarica come PNG",
    failed: "Questi dati non si possono mostrare ora.",
    again: "Riprova",
  },
};

/** A chart that is drawn can give its picture. */
export interface Pictured {
  /** The chart as a canvas with the title above it, on the page's background. */
  readonly picture: (title: string) => HTMLCanvasElement;
}

interface Props {
  readonly title: string;
  /** A line under the title: units, what the colours mean. */
  readonly note?: ReactNode;
  /** What the chart says, in a sentence: read to those who don't see it. */
  readonly summary?: string;
  /** The chart; `ref` takes what can give its picture. */
  readonly chart?: (ref: (pictured: Pictured | null) => void) => ReactNode;
  /** The same numbers as a table, shown in the chart's place when asked for. */
  readonly table?: ReactNode;
  /** More to choose at the right of the title. */
  readonly tools?: ReactNode;
  readonly className?: string;
  /** What stands in a chart's place where the widget has none. */
  readonly children?: ReactNode;
}

export function Widget({ title, note, summary, chart, table, tools, className = "", children }: Props) {
  const t = useWords(words);
  const [asTable, setAsTable] = useState(false);
  const [drawn, setDrawn] = useState<Pictured | null>(null);
  return (
    <section className={`card widget ${className}`} aria-label={title}>
      <header>
        <div className="head">
          <h2>{title}</h2>
          {note !== undefined && <div className="note">{note}</div>}
        </div>
        <div className="tools">
          {tools}
          {table !== undefined && (
            <Popup label={`${t.menu}: ${title}`} className="quiet icon" align="end" button={<Ellipsis size={18} aria-hidden="true" />}>
              {(close) => (
                <div className="choices">
                  <button
                    type="button"
                    className="choice"
                    onClick={() => {
                      setAsTable(!asTable);
                      close();
                    }}
                  >
                    <Table2 size={16} aria-hidden="true" />
                    {asTable ? t.chart : t.table}
                  </button>
                  {!asTable && (
                    <button
                      type="button"
                      className="choice"
                      onClick={() => {
                        if (drawn) save(drawn.picture(title), title);
                        close();
                      }}
                    >
                      <ImageDown size={16} aria-hidden="true" />
                      {t.picture}
                    </button>
                  )}
                </div>
              )}
            </Popup>
          )}
        </div>
      </header>
      {summary !== undefined && <p className="visually-hidden">{summary}</p>}
      {asTable ? (
        <div className="numbers-table" role="group" aria-label={title} tabIndex={0}>
          {table}
        </div>
      ) : (chart?.(setDrawn) ?? children)}
    </section>
  );
}

/** A widget's frame while its figures are on their way, as high as with them: `height` is below the title. */
export function WidgetSkeleton({ title, note, tools, className = "", height, children }: Pick<Props, "title" | "note" | "tools" | "className" | "children"> & { height?: number }) {
  return (
    <section className={`card widget ${className}`} aria-label={title} aria-busy="true">
      <header>
        <div className="head">
          <h2>{title}</h2>
          {note !== undefined && <div className="note">{note}</div>}
        </div>
        {tools !== undefined && <div className="tools">{tools}</div>}
      </header>
      {children ?? <div className="skeleton" style={{ height }} />}
    </section>
  );
}

/** Gives the picture to the browser as a file of the title's name. */
function save(canvas: HTMLCanvasElement, title: string): void {
  canvas.toBlob((blob) => {
    if (!blob) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${title}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  }, "image/png");
}

/** What stands in a widget's place where its figures failed. */
export function FailedWidget({ title, onAgain }: { title: string; onAgain: () => void }) {
  const t = useWords(words);
  return (
    <section className="card widget" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      <div className="failed" role="alert">
        <TriangleAlert size={18} aria-hidden="true" />
        <span>{t.failed}</span>
        <button type="button" className="button" onClick={onAgain}>
          {t.again}
        </button>
      </div>
    </section>
  );
}

interface BoundaryProps {
  readonly title: string;
  /** Whether the server could not answer for this widget. */
  readonly failed: boolean;
  readonly onAgain: () => void;
  readonly children: ReactNode;
}

/** Keeps a widget's failure, the server's or its own, within its frame. */
export class Boundary extends Component<BoundaryProps, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    const { title, failed, onAgain, children } = this.props;
    if (!failed && !this.state.broken) return children;
    return (
      <FailedWidget
        title={title}
        onAgain={() => {
          this.setState({ broken: false });
          onAgain();
        }}
      />
    );
  }
}
