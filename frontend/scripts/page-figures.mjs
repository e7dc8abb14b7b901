/**
 * Prints how large the built page is: what the first visit loads, and the parts that come when they are needed. Fails when
 * the first visit loads more JavaScript than the budget. Run after `npm run build`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const INITIAL_JS_BYTES_MAX = 250 * 1024;
const LISTED = 12;

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const gzipped = (name) => gzipSync(readFileSync(`${DIST}/assets/${name}`), { level: 9 }).length;

const html = readFileSync(`${DIST}/index.html`, "utf8");
const initial = new Set([...html.matchAll(/\/assets\/([\w.-]+\.(?:js|css))/g)].map(([, name]) => name));
const files = readdirSync(`${DIST}/assets`)
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => ({ name, bytes: gzipped(name), initial: initial.has(name) }))
  .sort((a, b) => b.bytes - a.bytes);

const sum = (list) => list.reduce((total, { bytes }) => total + bytes, 0);
const first = files.filter((file) => file.initial && file.name.endsWith(".js"));
const styles = files.filter((file) => file.initial && file.name.endsWith(".css"));
const lazy = files.filter((file) => !file.initial);

process.stdout.write(
  `page, gzip: first visit ${kib(sum(first))} JavaScript (budget ${kib(INITIAL_JS_BYTES_MAX)}), ` +
    `${kib(sum(styles))} CSS; ${lazy.length} parts on demand, ${kib(sum(lazy))}\n`,
);
for (const { name, bytes } of lazy.slice(0, LISTED)) {
  process.stdout.write(`  ${kib(bytes).padStart(11)}  ${name}\n`);
}
if (sum(first) > INITIAL_JS_BYTES_MAX) {
  process.stderr.write("the first visit loads more JavaScript than the budget\n");
  process.exitCode = 1;
}
