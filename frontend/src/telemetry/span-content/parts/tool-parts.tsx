/** A tool that the model asked for, or that the provider ran for it, and what the tool answered. */
import { CircleAlert, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { hasContent } from "@/lib/json";
import { Payload } from "@/telemetry/span-content/payload";
import { Empty } from "./empty";

export function ToolCallPart({ name, args }: { name: string | null; args: unknown }) {
  return (
    <ToolBlock title={name ?? "tool"} note="calls">
      {hasContent(args) ? (
        <Payload value={args} label="Arguments" />
      ) : (
        <span className="text-faint text-xs">No arguments</span>
      )}
    </ToolBlock>
  );
}

interface ToolResultPartProps {
  name: string | null;
  result: unknown;
  failed: boolean;
}

export function ToolResultPart({ name, result, failed }: ToolResultPartProps) {
  return (
    <ToolBlock title={name ?? "tool"} note={failed ? "failed" : "returned"} failed={failed}>
      {hasContent(result) ? <Payload value={result} label="Result" /> : <Empty />}
    </ToolBlock>
  );
}

interface ToolBlockProps {
  title: string;
  note: string;
  failed?: boolean;
  children: ReactNode;
}

function ToolBlock({ title, note, failed = false, children }: ToolBlockProps) {
  const Icon = failed ? CircleAlert : Wrench;
  return (
    <div
      className={cn(
        "min-w-0 overflow-hidden rounded-md border bg-surface",
        failed ? "border-danger/40" : "border-line",
      )}
    >
      <div
        className={cn(
          "flex items-center gap-1.5 border-b px-2.5 py-1 text-xs",
          failed ? "border-danger/30 bg-danger/7" : "border-line",
        )}
      >
        <Icon
          size={12}
          className={cn("shrink-0", failed ? "text-danger-text" : "text-[var(--role-tool)]")}
          aria-hidden
        />
        <span className={failed ? "font-medium text-danger-text" : "text-faint"}>{note}</span>
        <code className="min-w-0 truncate font-mono">{title}</code>
      </div>
      <div className="px-2 py-1.5">{children}</div>
    </div>
  );
}
