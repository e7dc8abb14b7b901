/** Code inside of a text, in the colours of its language once the highlighter has arrived; with a copy button. */
import { lazy, Suspense } from "react";
import { codeLanguage } from "@/lib/code-language";
import { CopyButton } from "./copy-button";

const ColouredCode = lazy(async () => ({ default: (await import("./coloured-code")).ColouredCode }));

interface CodeProps {
  text: string;
  /** All that stands behind the fence. */
  language: string;
}

export function Code({ text, language }: CodeProps) {
  const known = codeLanguage(text, language);
  return (
    <div className="group/code relative min-w-0">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="max-h-128 min-w-0 overflow-auto rounded-md border border-line bg-surface p-2 font-mono text-xs leading-5 [overflow-wrap:normal] [tab-size:4]"
      >
        {known === undefined ? (
          text
        ) : (
          <Suspense fallback={text}>
            <ColouredCode text={text} language={known} />
          </Suspense>
        )}
      </pre>
      <CopyButton
        text={text}
        what="code"
        className="absolute top-1 right-1 size-6 border border-line bg-raised opacity-0 focus-visible:opacity-100 group-hover/code:opacity-100"
      />
    </div>
  );
}
