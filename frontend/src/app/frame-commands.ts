/** Commands that work on every page: going places, theme, account. */
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { ZONES } from "@/lib/format/zone";
import { type Command, useCommands } from "@/state/commands";
import { usePreferences } from "@/state/preferences";
import { type Theme, useTheme } from "@/state/theme";
import { PLACES } from "./features";

const THEMES: Theme[] = ["light", "dark", "system"];

export function useFrameCommands(): void {
  const navigate = useNavigate();
  const { setTheme } = useTheme();
  const commands = useMemo(
    (): Command[] => [
      ...PLACES.map(
        (place): Command => ({
          id: `go-${place.to}`,
          label: place.label,
          group: "Go to",
          words: place.words,
          ...(place.keys ? { keys: place.keys } : {}),
          run: () => void navigate({ to: place.to }),
        }),
      ),
      ...THEMES.map(
        (theme): Command => ({
          id: `theme-${theme}`,
          label: `Theme: ${theme}`,
          group: "Appearance",
          run: () => setTheme(theme),
        }),
      ),
      ...ZONES.map(
        (zone): Command => ({
          id: `zone-${zone}`,
          label: zone === "utc" ? "Times in UTC" : "Times in the local zone",
          group: "Appearance",
          words: "time zone",
          run: () => usePreferences.getState().update({ timeZone: zone }),
        }),
      ),
      {
        id: "sidebar",
        label: "Fold or unfold the sidebar",
        group: "Appearance",
        keys: "[",
        run: () => {
          const { sidebarFolded, update } = usePreferences.getState();
          update({ sidebarFolded: !sidebarFolded });
        },
      },
    ],
    [navigate, setTheme],
  );
  useCommands(commands);
}
