/** What failed: type, message, and a stack trace that reads from the failing frame. */
import { CircleAlert } from "lucide-react";
import { CopyButton } from "@/components/ui/copy-button";
import { LongText } from "@/components/ui/long-text";
import { cn } from "@/lib/cn";
import type { Derived } from "@/telemetry/trace/span-query";
import { stackLines } from "./stack-lines";
import { toldFailures } from "./told-failures";

interface ExceptionsProps {
  exceptions: Derived["exceptions"];
  status: string;
  statusMessage: string;
}

export function Exceptions({ exceptions, status, statusMessage }: ExceptionsProps) {
  const isFailed = status === "error";
  const told = toldFailures(exceptions, isFailed ? statusMessage : "");
  if (exceptions.length === 0 && !isFailed) return null;
  return (
    <div className="grid min-w-0 gap-2">
      {(told.status !== undefined || exceptions.length === 0) && (
        <Card
          title="Failed"
          {...(told.status === undefined ? {} : { copy: told.status, what: "status message" })}
        >
          <LongText
            text={told.status ?? "The span is marked as failed without a message."}
            className="text-sm"
          />
        </Card>
      )}
      {told.exceptions.map((exception) => (
        <Card
          key={`${exception.type}-${exception.message}`}
          title={exception.type ?? "Exception"}
          copy={exception.stacktrace ?? exception.message ?? ""}
          what={exception.stacktrace ? "stack trace" : "message"}
        >
          {exception.message && <LongText text={exception.message} className="text-sm" />}
          {exception.stacktrace && <Stack text={exception.stacktrace} />}
        </Card>
      ))}
    </div>
  );
}

interface CardProps {
  title: string;
  copy?: string;
  /** What is copied. */
  what?: string;
  children: React.ReactNode;
}

function Card({ title, copy, what = "message", children }: CardProps) {
  return (
    <article className="grid min-w-0 gap-1.5 rounded-lg border border-danger/30 bg-danger/7 p-3">
      <div className="flex min-w-0 items-center gap-2">
        <CircleAlert size={15} className="shrink-0 text-danger-text" aria-hidden />
        <h3 className="min-w-0 truncate font-medium font-mono text-danger-text text-xs" title={title}>
          {title}
        </h3>
        {copy && <CopyButton text={copy} what={what} className="ml-auto" />}
      </div>
      {children}
    </article>
  );
}

function Stack({ text }: { text: string }) {
  return (
    <details className="group min-w-0" open={text.length < 2_000}>
      <summary className="w-fit cursor-pointer rounded-sm text-muted text-xs hover:text-text">
        Stack trace
      </summary>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="mt-1.5 max-h-96 overflow-auto font-mono text-2xs leading-[1.15rem]"
      >
        {stackLines(text).map((line) => (
          <span
            key={line.key}
            className={cn(
              "block whitespace-pre",
              line.kind === "frame" && "text-muted",
              line.kind === "code" && "text-text",
              line.kind === "error" && "font-medium text-danger-text",
              line.kind === "other" && "text-faint",
            )}
          >
            {line.text}
          </span>
        ))}
      </pre>
    </details>
  );
}
