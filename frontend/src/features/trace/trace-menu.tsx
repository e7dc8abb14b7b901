/** What features offer to do with a whole trace, as a menu; nothing when there is nothing that this person may do. */
import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { sessionQuery } from "@/state/session-query";
import { type ActionTrace, type TraceMenuEntry, useTraceActions } from "@/telemetry/slots/trace-actions";

export function TraceMenu({ trace }: { trace: ActionTrace }) {
  const navigate = useNavigate();
  const me = useQuery(sessionQuery());
  const listSearch = useLocation({ select: (location) => location.state.tracesSearch });
  const { menu } = useTraceActions();
  const [chosen, setChosen] = useState<TraceMenuEntry>();
  const entries = menu.filter((entry) => !entry.admin || me.data?.role === "admin");
  if (entries.length === 0) return null;
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
