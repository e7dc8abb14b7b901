/** What stands in for a page: not found, failed, or not loaded yet. */
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { EmptyState, ErrorState, SkeletonRows } from "@/components/ui/states";

export function NotFoundPage() {
  return (
    <div className="grid min-h-full flex-1 place-items-center">
      <EmptyState
        icon={Compass}
        title="There is no such page"
        action={
          <Link to="/traces" className={buttonClass("primary")}>
            Go to traces
          </Link>
        }
      />
    </div>
  );
}

export function PageFailure({ error }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <div className="grid min-h-full flex-1 place-items-center">
      <ErrorState error={error} onRetry={() => void router.invalidate()} />
    </div>
  );
}

export function PagePending() {
  return <SkeletonRows label="Loading page" />;
}
