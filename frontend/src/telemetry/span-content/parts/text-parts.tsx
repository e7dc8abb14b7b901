/** Text of a message with the sources that it names, and what the model thought before it answered. */
import { useMemo } from "react";
import { Code } from "@/components/ui/code";
import { LongText } from "@/components/ui/long-text";
import { Markdown } from "@/components/ui/markdown";
import { prettyJson } from "@/lib/pretty-json";
import { usePreferences } from "@/state/preferences";
import { readCitation } from "./citations";
import { Empty } from "./empty";

interface TextPartProps {
  text: string;
  /** As the provider wrote them. */
  citations: readonly unknown[];
  charactersAtFirst: number | undefined;
}

export function TextPart({ text, citations, charactersAtFirst }: TextPartProps) {
  return (
    <>
      {text === "" ? <Empty /> : <MessageText text={text} charactersAtFirst={charactersAtFirst} />}
      {citations.length > 0 && <Citations citations={citations} />}
    </>
  );
}

/** Long texts are cut before they are parsed; the rest comes as plain text on demand. */
const MARKDOWN_CHARACTERS_MAX = 20_000;

/** Read as markup, unless the person chose to see it as it was sent; JSON over many lines. */
function MessageText({ text, charactersAtFirst }: Pick<TextPartProps, "text" | "charactersAtFirst">) {
  const markdown = usePreferences((state) => state.markdown);
  const json = useMemo(() => (markdown ? prettyJson(text) : undefined), [text, markdown]);
  const limit = charactersAtFirst ?? MARKDOWN_CHARACTERS_MAX;
  if (json !== undefined && text.length <= MARKDOWN_CHARACTERS_MAX)
    return <Code text={json} language="json" />;
  if (markdown && text.length <= limit) return <Markdown text={text} className="text-sm" />;
  return (
    <LongText
      text={text}
      className="text-sm leading-5.5"
      {...(charactersAtFirst === undefined ? {} : { charactersAtFirst })}
    />
  );
}

const QUOTE_CHARACTERS = 200;

function Citations({ citations }: { citations: readonly unknown[] }) {
  return (
    <ol aria-label="Sources" className="grid min-w-0 gap-1 border-line border-l-2 pl-2.5 text-xs">
      {citations.map((citation, index) => {
        const { title, url, quote } = readCitation(citation);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: sources have no id and never reorder
          <li key={index} className="min-w-0 break-words [overflow-wrap:anywhere]">
            <span className="mr-1.5 text-faint tnum">{index + 1}</span>
            {url === undefined ? (
              <span className="text-muted">{title}</span>
            ) : (
              <a
                href={url}
                target="_blank"
                rel="noopener noreferrer nofollow"
                className="inline-flex min-h-6 items-center text-accent-text hover:underline"
              >
                {title}
              </a>
            )}
            {quote !== undefined && (
              <LongText
                text={`“${quote}”`}
                charactersAtFirst={QUOTE_CHARACTERS}
                className="block text-faint italic"
              />
            )}
          </li>
        );
      })}
    </ol>
  );
}

export function Reasoning({ text }: { text: string }) {
  if (text === "")
    return <span className="text-faint text-xs">Reasoning, which the provider keeps to itself</span>;
  return (
    <details className="min-w-0 text-muted text-sm">
      <summary className="w-fit cursor-pointer text-xs hover:text-text">Reasoning</summary>
      <LongText text={text} className="mt-1 block border-line border-l-2 pl-2.5 italic" />
    </details>
  );
}
