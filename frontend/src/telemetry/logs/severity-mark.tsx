/** How bad a log record is: only warnings and errors have a colour. */
import { Hint } from "@/components/hint/hint";
import { cn } from "@/lib/cn";
import type { LogRecord } from "./logs-query";

const LOOKS: Record<string, string> = {
  trace: "text-faint",
  debug: "text-faint",
  info: "text-muted",
  warn: "text-warn",
  error: "text-danger-text",
  fatal: "text-danger-text",
};

export function SeverityMark({ record, className }: { record: LogRecord; className?: string }) {
  const { severity, severity_text: own, severity_number: number } = record;
  const word = severity ?? (own || "–");
  const exact = [own, number > 0 ? `severity number ${number}` : ""].filter(Boolean).join(", ");
  return (
    <Hint
      silent
      content={() => exact || "The sender gave no severity"}
      className={cn(
        "inline-flex items-center gap-1.5 font-medium text-2xs uppercase",
        severity === null ? "text-faint" : LOOKS[severity],
        className,
      )}
    >
      <span aria-hidden className="size-1.5 shrink-0 rounded-full bg-current" />
      <span className="truncate">{word}</span>
    </Hint>
  );
}
