/** Code as coloured tokens, read by `highlight.js`. Large, so it is only imported where code is shown. Pure. */
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

interface CodeToken {
  text: string;
  /** What it is in the language, such as `keyword`; undefined for the rest. */
  kind: string | undefined;
}

const lowlight = createLowlight({
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  kotlin,
  python,
  ruby,
  rust,
  sql,
  typescript,
  xml,
  yaml,
});

/** The tokens of `code`, whose texts together are `code`; one without a kind where the language is not known. */
export function highlight(code: string, language: string): CodeToken[] {
  if (!lowlight.registered(language)) return [{ text: code, kind: undefined }];
  const tokens: CodeToken[] = [];
  collect(lowlight.highlight(language, code) as Tree, undefined, tokens);
  return tokens;
}

/** As much of a syntax tree as is read here. */
interface Tree {
  value?: string;
  children?: Tree[];
  properties?: { className?: unknown };
}

/** The innermost kind counts. Trees are as deep as code nests inside of strings, which is a few levels. */
function collect(node: Tree, kind: string | undefined, tokens: CodeToken[]): void {
  if (node.value !== undefined) tokens.push({ text: node.value, kind });
  for (const child of node.children ?? []) collect(child, kindOf(child) ?? kind, tokens);
}

function kindOf({ properties }: Tree): string | undefined {
  const names = properties?.className;
  const first: unknown = Array.isArray(names) ? names[0] : undefined;
  return typeof first === "string" ? first.replace(/^hljs-/, "") : undefined;
}
