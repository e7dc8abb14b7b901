import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ImportGraph, readImportGraph } from "./import-graph";
import { brokenRules, circles } from "./import-rules";

/** Imports that may break a rule, as `from -> to`, each with its reason. It may only get shorter. */
const EXCEPTIONS: Record<string, string> = {};

const page = readImportGraph(join(process.cwd(), "src"));

const graphOf = (imports: Record<string, string[]>): ImportGraph =>
  new Map(
    Object.entries(imports).map(([name, list]) => [
      name,
      {
        imports: list.filter((one) => one.includes(".")),
        packages: list.filter((one) => !one.includes(".")),
      },
    ]),
  );

describe("imports of the page", () => {
  /** Scenario: the files of the page. Guarantee: layers only point down, features are apart, lib has no React. */
  it("follow the architecture", () => {
    expect(page.size).toBeGreaterThan(200);
    const broken = [...brokenRules(page)].filter(([which]) => !(which in EXCEPTIONS));
    expect(broken).toEqual([]);
  });

  /** Scenario: an exception whose import is gone. Guarantee: it must be taken off the list. */
  it("need every exception", () => {
    const broken = brokenRules(page);
    expect(Object.keys(EXCEPTIONS).filter((which) => !broken.has(which))).toEqual([]);
  });

  /** Scenario: the files of the page. Guarantee: none import each other in a circle. */
  it("have no circles", () => {
    expect(circles(page)).toEqual([]);
  });
});

describe("the rules", () => {
  /** Scenario: one import of each kind that is wrong. Guarantee: each is found, and named with its rule. */
  it("find what is wrong", () => {
    const graph = graphOf({
      "components/ui/button.tsx": ["telemetry/filter/suggest.ts"],
      "features/logs/logs-page.tsx": ["features/trace/trace-page.tsx", "testing/spans.ts"],
      "app/app-shell.tsx": ["features/logs/pages.ts"],
      "app/features.ts": ["features/logs/logs-page.tsx"],
      "testing/spans.ts": ["features/trace/trace-page.tsx"],
      "lib/json.ts": ["react"],
    });
    expect([...brokenRules(graph).keys()]).toEqual([
      "components/ui/button.tsx -> telemetry/filter/suggest.ts",
      "features/logs/logs-page.tsx -> features/trace/trace-page.tsx",
      "features/logs/logs-page.tsx -> testing/spans.ts",
      "app/app-shell.tsx -> features/logs/pages.ts",
      "app/features.ts -> features/logs/logs-page.tsx",
      "testing/spans.ts -> features/trace/trace-page.tsx",
      "lib/json.ts -> react",
    ]);
  });

  /** Scenario: imports that the architecture wants. Guarantee: nothing is found. */
  it("let be what is right", () => {
    const graph = graphOf({
      "app/features.ts": ["features/logs/pages.ts"],
      "app/pages.test.tsx": ["testing/spans.ts"],
      "features/logs/pages.ts": ["features/logs/logs-page.tsx", "telemetry/feature.ts", "react"],
      "telemetry/feature.ts": ["components/ui/button.tsx", "state/theme.ts", "lib/json.ts"],
    });
    expect(brokenRules(graph).size).toBe(0);
    expect(circles(graph)).toEqual([]);
  });

  /** Scenario: two circles, one of them through a file that others import as well. Guarantee: both are found whole. */
  it("find circles", () => {
    const graph = graphOf({
      "a.ts": ["b.ts"],
      "b.ts": ["c.ts", "d.ts"],
      "c.ts": ["a.ts"],
      "d.ts": ["d.ts"],
      "e.ts": ["a.ts"],
    });
    expect(circles(graph)).toEqual([["d.ts"], ["a.ts", "b.ts", "c.ts"]]);
  });
});
