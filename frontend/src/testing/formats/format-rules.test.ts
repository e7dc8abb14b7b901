import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownFormats } from "./format-rules";

const SRC = join(process.cwd(), "src");

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.tsx?$/.test(name) && !/^(lib\/format|testing)\//.test(name) && !/\.test\.tsx?$/.test(name),
);

describe("formats of the page", () => {
  /** Scenario: every file of the page outside of `lib/format`. Guarantee: none makes text of numbers or times by itself. */
  it("are in lib/format alone", () => {
    expect(files.length).toBeGreaterThan(200);
    const found = files.flatMap((name) =>
      ownFormats(name, readFileSync(join(SRC, name), "utf8")).map((use) => `${name}: ${use}`),
    );
    expect(found).toEqual([]);
  });

  /** Scenario: one use of each kind, and the same words in a comment and a text. Guarantee: the uses are found, the words are not. */
  it("are found where they are not", () => {
    const text = [
      "const a = new Date(0).toLocaleString();",
      "const b = new Intl.NumberFormat();",
      "const c = (1.5).toFixed(2) + new Date().getHours();",
      "// toFixed, Intl.DateTimeFormat",
      'const d = "x.toLocaleString()";',
    ].join("\n");
    expect(ownFormats("a.ts", text)).toEqual([
      "toLocaleString (1)",
      "Intl (2)",
      "toFixed (3)",
      "getHours (3)",
    ]);
  });
});
