/** Parts of the head of a page about one thing: the way back, and facts in a row. */
import { createLink } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

interface BackAnchorProps extends ComponentProps<"a"> {
  label: string;
}

function BackAnchor({ label, href, ...anchor }: BackAnchorProps) {
  return (
    <a
      {...anchor}
      href={href}
      className="-ml-1.5 grid size-7 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-text"
      aria-label={label}
      title={label}
    >
      <ChevronLeft size={17} />
    </a>
  );
}

/** To the list that the thing is one of. */
export const BackLink = createLink(BackAnchor);

export function FactList({ children }: { children: ReactNode }) {
  return <dl className="mt-1.5 flex flex-wrap items-baseline gap-x-5 gap-y-1 pl-6.5 text-xs">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-baseline gap-1.5">
      <dt className="shrink-0 text-faint">{name}</dt>
      <dd className="min-w-0 truncate font-medium tnum">{children}</dd>
    </div>
  );
}
