/** What a page shows instead of its content: nothing there, failed, or still loading. */
import { type LucideIcon, RefreshCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiProblem } from "@/lib/api/problem";
import { cn } from "@/lib/cn";
import { Button } from "./button";

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="mx-auto grid max-w-md animate-fade justify-items-center gap-3 px-6 py-16 text-center">
      <div className="grid size-11 place-items-center rounded-xl border border-line bg-raised text-muted">
        <Icon size={20} strokeWidth={1.75} />
      </div>
      <h2 className="font-semibold text-base">{title}</h2>
      {children && <div className="text-muted text-sm">{children}</div>}
      {action && <div className="mt-1 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

interface ErrorStateProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

export function ErrorState({ error, onRetry }: ErrorStateProps) {
  const problem = error instanceof ApiProblem ? error : undefined;
  return (
    <div role="alert" className="mx-auto grid max-w-md justify-items-center gap-3 px-6 py-16 text-center">
      <div className="grid size-11 place-items-center rounded-xl border border-danger/30 bg-danger/10 text-danger-text">
        <TriangleAlert size={20} strokeWidth={1.75} />
      </div>
      <h2 className="font-semibold text-base">{problem?.title ?? "Something went wrong here"}</h2>
      {detailOf(error) !== problem?.title && <p className="text-muted text-sm">{detailOf(error)}</p>}
      {problem?.requestId && <p className="font-mono text-2xs text-faint">request {problem.requestId}</p>}
      {onRetry && (
        <Button onClick={onRetry}>
          <RefreshCw size={14} /> Try again
        </Button>
      )}
    </div>
  );
}

function detailOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.detail ?? "The server gave no further detail.";
  return error instanceof Error ? error.message : "Unknown error";
}

interface LoadStateProps {
  query: { isPending: boolean; error: Error | null; data: unknown; refetch: () => unknown };
  /** Names what is loading to screen readers. */
  label: string;
}

/** What to say besides a query's data: that it is on its way, that it failed, or that it is not the newest. */
export function LoadState({ query, label }: LoadStateProps) {
  if (query.isPending) return <SkeletonRows label={label} />;
  if (!query.error) return null;
  if (query.data !== undefined) return <StaleNotice error={query.error} />;
  return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
}

/** One line above content that is still shown from before. */
export function StaleNotice({ error }: { error: unknown }) {
  const problem = error instanceof ApiProblem ? error.title : "The last update failed";
  return (
    <div
      role="status"
      className="flex items-center gap-2 border-warn/30 border-b bg-warn/10 px-4 py-1.5 text-warn text-xs"
    >
      <TriangleAlert size={13} /> {problem}. Showing what was loaded before.
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return (
    <div data-slot="skeleton" aria-hidden className={cn("animate-pulse rounded-sm bg-line", className)} />
  );
}

const SKELETON_WIDTHS = [
  "w-[46%]",
  "w-[38%]",
  "w-[52%]",
  "w-[31%]",
  "w-[44%]",
  "w-[27%]",
  "w-[49%]",
  "w-[35%]",
];

export function SkeletonRows({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="grid">
      {SKELETON_WIDTHS.map((width) => (
        <div key={width} className="flex h-11 items-center gap-4 border-line border-b px-4">
          <Skeleton className="size-5 rounded-md" />
          <Skeleton className={cn("h-3", width)} />
          <Skeleton className="ml-auto h-3 w-24" />
        </div>
      ))}
    </div>
  );
}
