/** Reads which file of the page imports which, as TypeScript sees it: types, re-exports and lazy imports included. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { preProcessFile } from "typescript";

interface SourceFile {
  /** Files of the page, as paths below `src`. */
  imports: string[];
  /** Packages, by the name that the file imports. */
  packages: string[];
}

/** By path below `src`, for example `features/trace/trace-page.tsx`. */
export type ImportGraph = ReadonlyMap<string, SourceFile>;

export function readImportGraph(src: string): ImportGraph {
  const names = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const known = new Set(names);
  return new Map(names.map((name) => [name, readSource(src, name, known)]));
}

function readSource(src: string, name: string, known: ReadonlySet<string>): SourceFile {
  const { importedFiles } = preProcessFile(readFileSync(join(src, name), "utf8"));
  const file: SourceFile = { imports: [], packages: [] };
  for (const { fileName: specifier } of importedFiles) {
    const path = pathOf(name, specifier);
    const found = path && [path, `${path}.ts`, `${path}.tsx`].find((candidate) => known.has(candidate));
    if (found) file.imports.push(found);
    // A path that is no source file is a style sheet or data.
    else if (!path) file.packages.push(specifier);
  }
  return file;
}

function pathOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  if (specifier.startsWith(".")) return normalize(join(dirname(from), specifier));
  return undefined;
}
