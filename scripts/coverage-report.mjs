// Prints line coverage per crate from `llvm-cov export -summary-only`; exits 1 below the given percentage.
import { readFileSync } from "node:fs";
import { relative, sep } from "node:path";

const [summaryFile, floor] = process.argv.slice(2);
const crates = new Map();
for (const { filename, summary } of JSON.parse(readFileSync(summaryFile, "utf8")).data[0].files) {
  const [top, crate] = relative(process.cwd(), filename).split(sep);
  if (top !== "crates") continue;
  const row = crates.get(crate) ?? { lines: 0, covered: 0 };
  row.lines += summary.lines.count;
  row.covered += summary.lines.covered;
  crates.set(crate, row);
}
const total = { lines: 0, covered: 0 };
for (const row of crates.values()) {
  total.lines += row.lines;
  total.covered += row.covered;
}
const percent = (row) => (row.lines === 0 ? 0 : (100 * row.covered) / row.lines);
const print = (name, row) =>
  console.log(`${name.padEnd(16)}${String(row.lines).padStart(8)} lines${percent(row).toFixed(1).padStart(8)} %`);

for (const [crate, row] of [...crates].sort(([a], [b]) => a.localeCompare(b))) print(crate, row);
print("line coverage", total);
if (percent(total) < Number(floor)) {
  console.error(`line coverage is below ${floor} %`);
  process.exit(1);
}
