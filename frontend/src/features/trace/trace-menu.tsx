/** What admins can do with a whole trace. */
import { useLocation, useNavigate } from "@tanstack/react-router";
import { Ellipsis, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { DeleteTraceDialog } from "@/features/storage/delete-trace-dialog";

interface TraceMenuProps {
  traceId: string;
  name: string;
  spanCount: number;
}

export function TraceMenu(trace: TraceMenuProps) {
  const navigate = useNavigate();
  const listSearch = useLocation({ select: (location) => location.state.tracesSearch });
  const [deleting, setDeleting] = useState(false);
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
        <MenuItem className="text-danger-text" onSelect={() => setDeleting(true)}>
          <Trash2 size={15} /> Delete this trace
        </MenuItem>
      </Menu>
      {deleting && (
        <DeleteTraceDialog
          {...trace}
          onClose={() => setDeleting(false)}
          onDeleted={() => navigate({ to: "/traces", search: listSearch ?? {}, replace: true })}
        />
      )}
    </>
  );
}
