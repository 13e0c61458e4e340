import { ChartNoAxesColumn } from "lucide-react";
import { useWords } from "../language";
import "./empty.css";

const words = {
  en: { nothing: "No usage in this range." },
  it: { nothing: "Nessun utilizzo in questo periodo." },
};

/** What stands in a chart's place where there is nothing to draw. */
export function NoUsage() {
  const t = useWords(words);
  return (
    <div className="no-usage">
      <ChartNoAxesColumn size={28} aria-hidden="true" />
      <p>{t.nothing}</p>
    </div>
  );
}
