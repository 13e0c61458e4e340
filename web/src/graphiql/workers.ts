// Monaco checks and completes in workers. `?worker` makes each a file of this
// origin, which `worker-src 'self'` lets through; Monaco's own way is a blob.
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker";
import GraphQLWorker from "monaco-graphql/esm/graphql.worker.js?worker";

const workers: Readonly<Record<string, new () => Worker>> = { graphql: GraphQLWorker, json: JsonWorker };

window.MonacoEnvironment = {
  getWorker: (_id, label) => new (workers[label] ?? EditorWorker)(),
};
