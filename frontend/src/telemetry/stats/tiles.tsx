/** The sums of a time window, as a row of tiles. */
import type { ReactNode } from "react";
import { Skeleton } from "@/components/ui/states";

export function Tiles({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4 xl:grid-cols-8">
      {children}
    </dl>
  );
}

interface TileProps {
  name: string;
  pending: boolean;
  title?: string;
  children: ReactNode;
}

export function Tile({ name, pending, title, children }: TileProps) {
  return (
    <div className="grid min-w-0 gap-0.5 bg-surface px-3.5 py-2.5" title={title}>
      <dt className="text-faint text-xs">{name}</dt>
      <dd className="truncate font-semibold text-lg tracking-tight tnum">
        {pending ? <Skeleton className="my-1 h-4 w-14" /> : children}
      </dd>
    </div>
  );
}
