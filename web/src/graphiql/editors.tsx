import { pick, useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

/** Sets what GraphiQL has no property for: editors whose text fits a pane, in the fonts of the page. */
export function EditorOptions() {
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL(pick("queryEditor", "variableEditor", "responseEditor"));
  useEffect(() => {
    const fontFamily = getComputedStyle(document.documentElement).getPropertyValue("--mono");
    for (const editor of [queryEditor, variableEditor, responseEditor]) {
      editor?.updateOptions({
        fontFamily,
        fontSize: 13,
        lineHeight: 20,
        glyphMargin: false,
        wordWrap: "on",
        wrappingIndent: "deepIndent",
        // At an end of the text, the wheel moves the page.
        scrollbar: { alwaysConsumeMouseWheel: false },
      });
    }
  }, [queryEditor, variableEditor, responseEditor]);
  return null;
}
