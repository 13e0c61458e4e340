import "./bar.css";

/** A part of a whole as a bar, 0 to 1: beside figures that say it, so nothing is read out. */
export function Bar({ part }: { part: number }) {
  return (
    <span className="bar-of-part" aria-hidden="true">
      <span style={{ inlineSize: `${Math.min(1, part) * 100}%` }} />
    </span>
  );
}
