/** What can be done with a whole trace, as a menu: link, file, and what features offer to whoever may do it. */
import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { Download, Ellipsis, Link as LinkIcon } from "lucide-react";
import { Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { copyText } from "@/lib/clipboard";
import { formatCount } from "@/lib/format/number";
import { sessionQuery } from "@/state/session-query";
import { postToast } from "@/state/toasts";
import { type ActionTrace, type TraceMenuEntry, useTraceActions } from "@/telemetry/slots/trace-actions";

export function TraceMenu({ trace }: { trace: ActionTrace }) {
  const navigate = useNavigate();
  const me = useQuery(sessionQuery());
  const listSearch = useLocation({ select: (location) => location.state.tracesSearch });
  const { menu } = useTraceActions();
  const [chosen, setChosen] = useState<TraceMenuEntry>();
  const entries = menu.filter((entry) => !entry.admin || me.data?.role === "admin");
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button weight="ghost" size="icon" aria-label="More for this trace">
            <Ellipsis size={16} />
          </Button>
        }
      >
        <MenuItem onSelect={copyLink}>
          <LinkIcon size={15} /> Copy link
        </MenuItem>
        <MenuItem onSelect={() => void saveTrace(trace)}>
          <Download size={15} /> Download as JSON
        </MenuItem>
        {entries.length > 0 && <MenuSeparator />}
        {entries.map((entry) => (
          <MenuItem
            key={entry.id}
            {...(entry.danger ? { className: "text-danger-text" } : {})}
            onSelect={() => setChosen(entry)}
          >
            <entry.icon size={15} /> {entry.label}
          </MenuItem>
        ))}
      </Menu>
      {chosen && (
        <Suspense>
          <chosen.Dialog
            trace={trace}
            onClose={() => setChosen(undefined)}
            onLeave={() => navigate({ to: "/traces", search: listSearch ?? {}, replace: true })}
          />
        </Suspense>
      )}
    </>
  );
}

/** The address as it is: the link shows the same span, folds and search. */
async function copyLink() {
  const copied = await copyText(window.location.href);
  postToast(
    copied
      ? { tone: "info", title: "Link copied" }
      : { tone: "error", title: "Copying was refused by the browser", detail: "Copy the address instead." },
  );
}

/** From here on reading the trace takes long enough to say how far it is. */
const TOLD_FROM_SPANS = 5_000;

async function saveTrace({ traceId, spanCount }: ActionTrace) {
  if (spanCount >= TOLD_FROM_SPANS)
    postToast({
      tone: "info",
      title: `Reading ${formatCount(spanCount)} spans`,
      detail: "The file follows.",
    });
  try {
    await (await import("./trace-download")).downloadTrace(traceId);
  } catch (error) {
    postToast({
      tone: "error",
      title: "The trace was not saved",
      detail: error instanceof Error ? error.message : "It could not be read.",
    });
  }
}
