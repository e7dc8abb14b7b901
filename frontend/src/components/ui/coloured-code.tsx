/** Code in the colours of its language. Brings the highlighter along, so it is imported lazily. */
import { useMemo } from "react";
import { highlight } from "@/lib/highlight";

export function ColouredCode({ text, language }: { text: string; language: string }) {
  const tokens = useMemo(() => highlight(text, language), [text, language]);
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a token has no other identity
    <span key={index} className={token.kind && COLOURS[token.kind]}>
      {token.text}
    </span>
  ));
}

/** By what the highlighter calls a token. Colours are those that tell roles apart, which are legible in both themes. */
const COLOURS: Record<string, string> = {
  keyword: "text-[var(--role-agent)]",
  literal: "text-[var(--role-embedding)]",
  number: "text-[var(--role-retriever)]",
  string: "text-[var(--role-tool)]",
  regexp: "text-[var(--role-tool)]",
  comment: "text-faint italic",
  quote: "text-faint italic",
  doctag: "text-faint",
  title: "text-[var(--role-node)]",
  section: "text-[var(--role-node)]",
  name: "text-[var(--role-node)]",
  tag: "text-[var(--role-node)]",
  attr: "text-[var(--role-subflow)]",
  attribute: "text-[var(--role-subflow)]",
  property: "text-[var(--role-subflow)]",
  built_in: "text-[var(--role-subflow)]",
  type: "text-[var(--role-subflow)]",
  meta: "text-[var(--role-prompt)]",
  symbol: "text-[var(--role-prompt)]",
  variable: "text-[var(--role-llm)]",
  "template-variable": "text-[var(--role-llm)]",
  addition: "text-ok",
  deletion: "text-danger-text",
};
