/** The frame of a page's content: a header row and a body that scrolls by itself. */
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface PageHeaderProps {
  title: string;
  /** A short line under or beside the title. */
  note?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, note, actions }: PageHeaderProps) {
  return (
    <header className="flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-2.5">
      <title>{`${title} · Junjo`}</title>
      <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
      {note && <div className="min-w-0 text-faint text-sm">{note}</div>}
      {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

/** The row of filters below the header of a list. */
export function FilterBar({ children }: { children: ReactNode }) {
  return (
    <search aria-label="Filters" className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-2">
      {children}
    </search>
  );
}

export function PageBody({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className={cn("min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2", className)}
    >
      {children}
    </div>
  );
}
