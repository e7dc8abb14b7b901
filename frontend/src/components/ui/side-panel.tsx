/** What stands beside the main part of a page; its width is dragged, and the same on every page. */
import type { ReactNode } from "react";
import { usePreferences } from "@/state/preferences";
import { Splitter } from "./splitter";

const SHARE_MIN = 0.25;
const SHARE_MAX = 0.7;

interface SidePanelProps {
  label: string;
  /** What the divider moves. */
  splitterLabel: string;
  children: ReactNode;
}

export function SidePanel({ label, splitterLabel, children }: SidePanelProps) {
  const { panelShare, update } = usePreferences();
  return (
    <>
      <Splitter
        value={1 - panelShare}
        min={1 - SHARE_MAX}
        max={1 - SHARE_MIN}
        label={splitterLabel}
        onValueChange={(share) => update({ panelShare: 1 - share })}
      />
      <aside
        aria-label={label}
        className="flex min-h-0 min-w-0 shrink-0 flex-col"
        style={{ width: `${panelShare * 100}%` }}
      >
        {children}
      </aside>
    </>
  );
}
