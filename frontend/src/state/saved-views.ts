/** Named views of lists, kept in this browser. A view is a page and its URL parameters, nothing else. */
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import { z } from "@/lib/zod";

const savedViewSchema = z.object({
  id: z.string(),
  page: z.string(),
  name: z.string(),
  search: z.record(z.string(), z.unknown()),
});

type SavedView = z.infer<typeof savedViewSchema>;

const storedSchema = z.object({ views: z.array(savedViewSchema).catch([]) });

interface SavedViews {
  views: SavedView[];
  save: (page: string, name: string, search: Record<string, unknown>) => void;
  remove: (id: string) => void;
}

/** Oldest ones make room beyond this many. */
const VIEWS_MAX = 50;

export const useSavedViews = create<SavedViews>()(
  persist(
    (set) => ({
      views: [],
      save: (page, name, search) =>
        set(({ views }) => {
          const others = views.filter((view) => view.page !== page || view.name !== name);
          const given = Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
          return {
            views: [...others, { id: `${page}/${name}`, page, name, search: given }].slice(-VIEWS_MAX),
          };
        }),
      remove: (id) => set(({ views }) => ({ views: views.filter((view) => view.id !== id) })),
    }),
    {
      name: "junjo.saved-views",
      storage: createJSONStorage(() => localStorage),
      partialize: ({ views }) => ({ views }),
      merge: (stored, current) => ({ ...current, ...storedSchema.parse(stored ?? {}) }),
    },
  ),
);
