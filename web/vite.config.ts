import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Below this many bytes, gzip saves no packet. */
const worthPacking = 1024;

/**
 * Packs each text file, so that the server packs nothing while it answers, and
 * the binary holds it once: the .gz alone. The pages themselves are small and
 * stay as they are.
 */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    async writeBundle(options, bundle) {
      const folder = options.dir ?? "dist";
      const texts = Object.keys(bundle).filter((name) => /\.(js|css|svg|txt)$/.test(name));
      await Promise.all(
        texts.map(async (name) => {
          const file = path.join(folder, name);
          const content = await readFile(file);
          if (content.length <= worthPacking) return;
          await writeFile(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
          await rm(file);
        }),
      );
    },
  };
}

/** GraphiQL takes an icon's title from the name of its function, which minifying takes away. */
function iconTitles(): Plugin {
  return {
    name: "icon-titles",
    apply: "build",
    transform: {
      filter: { id: /@graphiql\/react\/dist\/icons\/index\.js$/ },
      handler: (code) => code.replaceAll(/generateIcon\((Svg\w+)\)/g, 'generateIcon(Object.defineProperty($1, "name", { value: "$1" }))'),
    },
  };
}

/** Puts each operation where it is asked: out of the generated map of them all, every page would load every one. */
function ownOperations(): Plugin {
  const documents = new Map<string, string>();
  return {
    name: "own-operations",
    apply: "build",
    enforce: "pre",
    async buildStart() {
      const generated = await readFile(path.join(import.meta.dirname, "src/gql/graphql.ts"), "utf8");
      for (const [, name = "", json = ""] of generated.matchAll(/^export const (\w+) = (\{.*\}) as unknown as DocumentNode</gm)) documents.set(name, json);
    },
    transform: {
      filter: { id: /src\/dashboard\/.*\.tsx?$/, code: "graphql(`" },
      handler: (code) =>
        code.replaceAll(/\bgraphql\(`\s*(\w+) (\w+)[^`]*`\)/g, (asked, kind: string, name: string) => documents.get(name + (kind === "fragment" ? "FragmentDoc" : "Document")) ?? asked),
    },
  };
}

export default defineConfig({
  plugins: [packed(), iconTitles(), ownOperations()],
  worker: { format: "iife" },
  build: {
    // The notices that the bundled packages' licences ask for.
    license: { fileName: "licenses.txt" },
    modulePreload: { polyfill: false },
    // A file of its own for everything: the pages' policy lets no data: script or font through.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // Monaco's core is one chunk of this size, loaded on /graphiql only.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: { index: "index.html", graphiql: "graphiql.html" },
      onLog(level, log, report) {
        // React's marks for servers that render; there is none here.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
  server: { proxy: { "^/(graphql|api/.*)$": { target: process.env.CONTATORE_URL ?? "http://localhost:3001", ws: true } } },
});
