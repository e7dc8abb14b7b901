/** What the change did, place by place: the old value beside the new one, or the one that came or went. */
import { ArrowRight } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { JsonTree } from "@/components/ui/json-tree";
import { valueAt } from "@/features/run/model/state-rows";
import type { StateAt } from "@/features/run/run-query";
import { cn } from "@/lib/cn";
import { hasContent, jsonKind } from "@/lib/json";
import { Scalar } from "./state-tree";

export function ChangesView({ state }: { state: StateAt }) {
  if (state.changed_paths.length === 0) {
    return (
      <p className="text-faint text-sm">
        {state.event?.patch_error ?? "This action left the state as it was."}
      </p>
    );
  }
  return (
    <ul aria-label="Changes" className="grid min-w-0 gap-2">
      {[...new Set(state.changed_paths)].map((path) => (
        <Change key={path} path={path} state={state} />
      ))}
    </ul>
  );
}

function Change({ path, state }: { path: string; state: StateAt }) {
  const before = valueAt(state.before, path);
  const after = valueAt(state.after, path);
  const kind = !before.found ? "added" : after.found ? "changed" : "removed";
  return (
    <li className="grid min-w-0 gap-1.5 rounded-lg border border-line bg-sunken p-2.5">
      <div className="flex min-w-0 items-center gap-2">
        <Badge tone={kind === "added" ? "ok" : kind === "removed" ? "danger" : "accent"}>{kind}</Badge>
        <code className="min-w-0 truncate font-mono text-xs" title={path}>
          {path === "" ? "the whole state" : path}
        </code>
      </div>
      <div
        className={cn(
          "grid min-w-0 items-start gap-2 font-mono text-xs",
          kind === "changed" && "@md:grid-cols-[fit-content(50%)_14px_minmax(0,1fr)]",
        )}
      >
        {kind !== "added" && <Side title="Before" value={before.value} />}
        {kind === "changed" && (
          <ArrowRight size={13} className="mt-1 hidden text-faint @md:block" aria-hidden />
        )}
        {kind !== "removed" && <Side title="After" value={after.value} />}
      </div>
    </li>
  );
}

function Side({ title, value }: { title: string; value: unknown }) {
  const kind = jsonKind(value);
  return (
    <div className="min-w-0">
      <span className="sr-only">{title}: </span>
      {(kind === "object" || kind === "array") && hasContent(value) ? (
        <JsonTree value={value} label={title} openDepth={2} />
      ) : (
        <Scalar value={value} />
      )}
    </div>
  );
}
