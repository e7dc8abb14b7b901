/** A value that may be text, JSON text or structured: shown in the form that reads best. */
import { JsonTree } from "@/components/ui/json-tree";
import { LongText } from "@/components/ui/long-text";
import { jsonKind, parseJsonText, toText } from "@/lib/json";

interface PayloadProps {
  value: unknown;
  label: string;
  openDepth?: number;
}

export function Payload({ value, label, openDepth = 3 }: PayloadProps) {
  const content = typeof value === "string" ? (parseJsonText(value) ?? value) : value;
  const kind = jsonKind(content);
  if (kind === "object" || kind === "array")
    return <JsonTree value={content} label={label} openDepth={openDepth} />;
  return <LongText text={toText(content)} className="text-sm" />;
}
