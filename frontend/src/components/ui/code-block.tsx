/** Code to read and copy. */
import { cn } from "@/lib/cn";
import { CopyButton } from "./copy-button";

interface CodeBlockProps {
  code: string;
  /** What it is, for screen readers and the copy button. */
  what: string;
  className?: string;
}

export function CodeBlock({ code, what, className }: CodeBlockProps) {
  return (
    <div className={cn("group relative min-w-0 rounded-lg border border-line bg-sunken", className)}>
      <section
        aria-label={what}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto rounded-lg p-3 pr-11"
      >
        <pre className="font-mono text-text text-xs leading-5">
          <code>{code}</code>
        </pre>
      </section>
      <CopyButton
        text={code}
        what={what}
        className="absolute top-2 right-2 size-7 border border-line bg-raised"
      />
    </div>
  );
}
