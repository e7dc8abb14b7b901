/** What a person set up for themselves in this browser: widths and folded parts. View state belongs in the URL. */

import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import { chooseZone, ZONES } from "@/lib/format/zone";
import { z } from "@/lib/zod";

const preferencesSchema = z.object({
  sidebarFolded: z.boolean().catch(false),
  /** Share of the trace page that the span panel takes, 0 to 1. */
  panelShare: z.number().min(0.25).max(0.7).catch(0.42),
  /** Share of the waterfall that the names take, 0 to 1. */
  namesShare: z.number().min(0.2).max(0.8).catch(0.48),
  /** Messages are shown as markdown instead of plain text. */
  markdown: z.boolean().catch(true),
  /** Columns of the trace list, in their order; null for those that it has by itself. */
  traceColumns: z.array(z.string()).nullable().catch(null),
  /** How much air rows of lists have. */
  density: z.enum(["comfortable", "compact"]).catch("comfortable"),
  /** Lines of charts on a logarithmic scale. */
  logCharts: z.boolean().catch(false),
  /** Zone of every time that is shown or typed. */
  timeZone: z.enum(ZONES).catch("local"),
});

type Values = z.infer<typeof preferencesSchema>;

interface Preferences extends Values {
  update: (change: Partial<Values>) => void;
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      ...preferencesSchema.parse({}),
      update: (change) => set(change),
    }),
    {
      name: "junjo.preferences",
      storage: createJSONStorage(() => localStorage),
      partialize: ({ update: _, ...values }) => values,
      merge: (stored, current) => ({ ...current, ...preferencesSchema.parse(stored ?? {}) }),
    },
  ),
);

// Formats are plain functions, which read the zone from `lib`. The shell draws its page anew when it changes.
chooseZone(usePreferences.getState().timeZone);
usePreferences.subscribe(({ timeZone }) => chooseZone(timeZone));
