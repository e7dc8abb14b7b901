/** The span as OTLP/JSON or as the API gives it, to read, copy or save. */
import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { LongText } from "@/components/ui/long-text";
import { Segmented } from "@/components/ui/segmented";
import { formatBytes } from "@/lib/format/bytes";
import { toText } from "@/lib/json";
import { saveText } from "@/lib/save-text";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { toOtlpJson } from "./otlp-json";

const CHARACTERS_AT_FIRST = 40_000;

export function RawTab({ span }: { span: SpanDetail }) {
  const [form, setForm] = useState<"otlp" | "api">("otlp");
  const text = toText(form === "otlp" ? toOtlpJson(span) : span);

  return (
    <div className="grid min-w-0 gap-3">
      <div className="flex items-center gap-2">
        <Segmented
          label="Form"
          value={form}
          onValueChange={setForm}
          options={[
            { value: "otlp", label: "OTLP/JSON" },
            { value: "api", label: "With derived fields" },
          ]}
        />
        <span className="text-faint text-xs tnum">{formatBytes(text.length)}</span>
        <span className="ml-auto flex gap-2">
          <CopyButton text={text} what="raw span" label="Copy" weight="secondary" />
          <Button size="sm" onClick={() => saveText(text, `span-${span.span_id}.json`)}>
            <Download size={13} /> Save
          </Button>
        </span>
      </div>
      <pre className="min-w-0 rounded-lg border border-line bg-sunken p-3 font-mono text-2xs leading-[1.1rem]">
        <LongText text={text} charactersAtFirst={CHARACTERS_AT_FIRST} />
      </pre>
    </div>
  );
}
