/** What a source that an answer names is called, where it is, and what it says; each provider has words of its own. Pure. */
import { jsonEntries } from "@/lib/json";
import { isWebAddress } from "@/lib/markdown";

interface Citation {
  title: string;
  /** A web address, or nothing. */
  url: string | undefined;
  quote: string | undefined;
}

const TITLES = [
  "title",
  "document_title",
  "filename",
  "file_name",
  "name",
  "file_id",
  "document_id",
  "source",
];
const ADDRESSES = ["url", "uri", "source", "link"];
const QUOTES = ["cited_text", "quote", "snippet", "text"];

/** Providers put the facts at the top, or one or two objects deeper: `{url_citation: {url}}`, `{location: {web: {url}}}`. */
const DEPTH_MAX = 3;

export function readCitation(value: unknown): Citation {
  const facts = new Map<string, string>();
  collect(value, facts, DEPTH_MAX);
  if (typeof value === "string") facts.set(isWebAddress(value) ? "url" : "title", value);
  const first = (names: readonly string[]) => names.map((name) => facts.get(name)).find(Boolean);
  const url = ADDRESSES.map((name) => facts.get(name) ?? "").find(isWebAddress);
  const quote = first(QUOTES);
  return { title: first(TITLES) ?? url ?? "source without a name", url, quote };
}

/** Texts by the names of their members; the outermost of a name stays. */
function collect(value: unknown, facts: Map<string, string>, depth: number) {
  if (depth === 0 || typeof value !== "object") return;
  const entries = jsonEntries(value);
  for (const [name, inner] of entries) {
    if (typeof inner === "string" && inner !== "" && !facts.has(name)) facts.set(name, inner);
  }
  for (const [, inner] of entries) collect(inner, facts, depth - 1);
}
