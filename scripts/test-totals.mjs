// Prints how many tests each suite ran, and one line of totals; exits 1 when a suite ran none or a test failed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const read = (name) => readFileSync(join(folder, name), "utf8");

const rust = { passed: 0, failed: 0, skipped: 0 };
for (const [, passed, failed, ignored] of read("rust.log").matchAll(
  /^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored;/gm,
)) {
  rust.passed += Number(passed);
  rust.failed += Number(failed);
  rust.skipped += Number(ignored);
}
const go = { passed: 0, failed: 0, skipped: 0 };
const goOutcomes = { PASS: "passed", FAIL: "failed", SKIP: "skipped" };
for (const [, outcome] of read("go.log").matchAll(/^--- (PASS|FAIL|SKIP): /gm)) go[goOutcomes[outcome]] += 1;
// its own last line; skipped where there is no Python to run them
const ofItself = (name) => {
  const [, passed, failed, skipped] = read(name).match(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m) ?? [];
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped ?? 0) };
};
const needPython = { SDKs: ofItself("sdk.log"), snippets: ofItself("snippets.log") };
const vitest = JSON.parse(read("page.json"));
const browser = { passed: 0, failed: 0, skipped: 0 };
for (const report of ["real.json", "old-page.json", "mock.json"]) {
  const { expected, flaky, unexpected, skipped } = JSON.parse(read(report)).stats;
  browser.passed += expected + flaky;
  browser.failed += unexpected;
  browser.skipped += skipped;
}
const suites = {
  Rust: rust,
  Go: go,
  ...needPython,
  page: { passed: vitest.numPassedTests, failed: vitest.numFailedTests, skipped: vitest.numPendingTests },
  browser,
};

const total = { passed: 0, failed: 0, skipped: 0 };
const line = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
let complete = true;
for (const [name, suite] of Object.entries(suites)) {
  console.log(`${name.padEnd(8)} ${line(suite)}`);
  for (const key of Object.keys(total)) total[key] += suite[key];
  if (suite.passed === 0 && !(name in needPython && suite.skipped > 0)) {
    console.error(`the suite "${name}" ran no test`);
    complete = false;
  }
}
console.log(line(total));
process.exit(complete && total.failed === 0 ? 0 : 1);
