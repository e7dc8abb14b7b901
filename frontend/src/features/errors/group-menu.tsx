/** What can be decided about a kind of failure. A resolved one that fails again comes back; a muted one stays quiet. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BellOff, Check, Ellipsis, RotateCcw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { sessionQuery } from "@/state/session-query";
import { postToast } from "@/state/toasts";
import { type Decision, decide, type ErrorGroup } from "./errors-query";

const ACTIONS: readonly { state: Decision; label: string; icon: typeof Check }[] = [
  { state: "resolved", label: "Resolve until it comes back", icon: Check },
  { state: "muted", label: "Mute", icon: BellOff },
  { state: "open", label: "Open again", icon: RotateCcw },
];

export function GroupMenu({ group }: { group: ErrorGroup }) {
  const client = useQueryClient();
  const me = useQuery(sessionQuery());
  const change = useMutation({
    mutationFn: (state: Decision) => decide(client, group.fingerprint, state),
    onError: (error) => postToast({ tone: "error", title: "Nothing was changed", detail: error.message }),
  });
  if (me.data?.role === "viewer") return null;
  return (
    <Menu
      align="end"
      trigger={
        <Button
          weight="ghost"
          size="icon"
          className="relative z-1 size-7"
          aria-label={`Decide about ${group.error_type ?? "this error"}`}
          disabled={change.isPending}
        >
          <Ellipsis size={15} />
        </Button>
      }
    >
      {ACTIONS.filter(({ state }) => state !== group.state).map(({ state, label, icon: Icon }) => (
        <MenuItem key={state} onSelect={() => change.mutate(state)}>
          <Icon size={15} /> {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
