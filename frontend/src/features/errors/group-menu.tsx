/** What can be decided about a kind of failure. A resolved one that fails again comes back; a muted one stays quiet. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BellOff, Check, Ellipsis, RotateCcw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { postToast } from "@/state/toasts";
import { changeState, type ErrorGroup, type GroupState } from "./errors-query";

const ACTIONS: readonly { state: GroupState; label: string; icon: typeof Check }[] = [
  { state: "resolved", label: "Resolve until it comes back", icon: Check },
  { state: "muted", label: "Mute", icon: BellOff },
  { state: "open", label: "Open again", icon: RotateCcw },
];

export function GroupMenu({ group }: { group: ErrorGroup }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (state: GroupState) => changeState(client, group.fingerprint, state),
    onError: (error) => postToast({ tone: "error", title: "Nothing was changed", detail: error.message }),
  });
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
