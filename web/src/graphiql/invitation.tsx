import { formatShortcutForOS, KEY_MAP, pick, useGraphiQL } from "@graphiql/react";

/** Says, where an answer will be, how to get one. */
export function Invitation() {
  const { tabs, activeTabIndex, isFetching, fetchError, validationErrors } = useGraphiQL(
    pick("tabs", "activeTabIndex", "isFetching", "fetchError", "validationErrors"),
  );
  if (tabs[activeTabIndex]?.response || isFetching || fetchError || validationErrors.length > 0) return null;
  return (
    <p className="invitation">
      Run the operation with <span aria-hidden="true">&#x25B6;</span>
      <span className="visually-hidden">the button</span> or{" "}
      <kbd>{formatShortcutForOS(KEY_MAP.runQuery.key, "Cmd").replace("-", " ")}</kbd>; its answer appears here.
    </p>
  );
}
