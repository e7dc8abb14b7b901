// Prints the page's snippets as JSON, for the script that runs them: node scripts/print-snippets.mjs TARGET, where TARGET is the
// JSON of a SnippetTarget (src/features/api-keys/snippets/snippet.ts).
import { runnerImport } from "vite";

const catalog = new URL("../src/features/api-keys/snippets/catalog.ts", import.meta.url).pathname;
const { module } = await runnerImport(catalog, { configFile: false, logLevel: "error" });
process.stdout.write(JSON.stringify(module.snippetsFor(JSON.parse(process.argv[2]))));
