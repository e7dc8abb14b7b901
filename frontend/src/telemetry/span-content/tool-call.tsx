/** One tool execution: arguments in, result out. */
import { CopyButton } from "@/components/ui/copy-button";
import { hasContent, toText } from "@/lib/json";
import type { Derived } from "@/telemetry/trace/span-query";
import { Payload } from "./payload";
import { Plate, Section } from "./section";

export function ToolCall({ call }: { call: NonNullable<Derived["tool_call"]> }) {
  return (
    <>
      <Section
        title="Arguments"
        note={call.name ? <code className="font-mono">{call.name}</code> : undefined}
        actions={<CopyButton text={() => toText(call.arguments)} what="arguments" />}
      >
        <Plate>
          {hasContent(call.arguments) ? (
            <Payload value={call.arguments} label="Arguments" />
          ) : (
            <Nothing what="arguments" />
          )}
        </Plate>
      </Section>
      <Section title="Result" actions={<CopyButton text={() => toText(call.result)} what="result" />}>
        <Plate>
          {hasContent(call.result) ? (
            <Payload value={call.result} label="Result" />
          ) : (
            <Nothing what="result" />
          )}
        </Plate>
      </Section>
    </>
  );
}

function Nothing({ what }: { what: string }) {
  return <span className="text-faint text-xs">No {what} recorded.</span>;
}
