import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types of the schema and of every operation and fragment in the dashboard. */
const config: CodegenConfig = {
  schema: "../graph/*.graphqls",
  documents: "src/dashboard/**/*.{ts,tsx}",
  generates: {
    "src/gql/": {
      preset: "client",
      config: {
        strictScalars: true,
        useTypeImports: true,
        enumsAsTypes: true,
        skipTypename: true,
        scalars: {
          Cursor: "string",
          Date: "string",
          // A number where a JavaScript number holds it exactly, else its digits.
          Decimal: { input: "string", output: "number | string" },
          JSON: "unknown",
          Long: "number",
          Time: "string",
        },
      },
      presetConfig: { fragmentMasking: { unmaskFunctionName: "unmask" } },
    },
  },
};

export default config;
