/** To the trace before and after this one in the list that it was opened from. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useLayoutEffect, useMemo, useRef } from "react";
import { Button } from "@/components/ui/button";
import { type Command, useCommands } from "@/state/commands";
import { loadNextPage } from "@/state/query-client";
import { neighboursQuery } from "@/telemetry/traces/neighbours-query";
import type { TracesSearch } from "@/telemetry/traces/traces-search";

export function TraceNeighbours({ traceId }: { traceId: string }) {
  const listed = useLocation({ select: (location) => location.state.tracesSearch });
  return listed ? <Neighbours traceId={traceId} search={listed} /> : null;
}

function Neighbours({ traceId, search }: { traceId: string; search: TracesSearch }) {
  const navigate = useNavigate();
  const list = useInfiniteQuery(neighboursQuery(search));
  const ids = useMemo(
    () => list.data?.pages.flatMap((page) => page.items.map((item) => item.trace_id)) ?? [],
    [list.data],
  );
  const at = ids.indexOf(traceId);
  const before = at > 0 ? ids[at - 1] : undefined;
  const after = at >= 0 ? ids[at + 1] : undefined;
  // the end of what is loaded is not the end of the list
  const more = at >= 0 && after === undefined && list.hasNextPage;

  // a second key counts from the trace that the first one leads to, also before that is on the page
  const heading = useRef(traceId);
  useLayoutEffect(() => {
    heading.current = traceId;
  }, [traceId]);

  const commands = useMemo((): Command[] => {
    const go = (step: 1 | -1) => {
      const from = ids.indexOf(heading.current);
      const id = from < 0 ? undefined : ids[from + step];
      if (id === undefined) return;
      heading.current = id;
      void navigate({
        to: "/traces/$traceId",
        params: { traceId: id },
        state: { tracesSearch: search },
        replace: true,
      });
    };
    return [
      { id: "trace-after", label: "Next trace of the list", group: "Trace", keys: "j", run: () => go(1) },
      {
        id: "trace-before",
        label: "Previous trace of the list",
        group: "Trace",
        keys: "k",
        run: () => go(-1),
      },
    ];
  }, [navigate, search, ids]);
  useCommands(commands);

  return (
    <span className="flex items-center">
      <Button
        weight="ghost"
        size="icon"
        aria-label="Previous trace of the list"
        aria-keyshortcuts="k"
        disabled={before === undefined}
        onClick={() => commands[1]?.run()}
      >
        <ChevronUp size={16} />
      </Button>
      <Button
        weight="ghost"
        size="icon"
        aria-label={more ? "Load more of the list" : "Next trace of the list"}
        aria-keyshortcuts="j"
        disabled={after === undefined && !more}
        onClick={() => (more ? loadNextPage(list) : commands[0]?.run())}
      >
        <ChevronDown size={16} />
      </Button>
    </span>
  );
}
