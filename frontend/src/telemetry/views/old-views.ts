/** Views that this browser kept before the server did. They are moved over when views are first read, each once. */
import { api, deadline, unwrap } from "@/lib/api/client";
import { ApiProblem } from "@/lib/api/problem";
import { z } from "@/lib/zod";

const STORAGE_KEY = "junjo.saved-views";
/** The server's word for a name that the account has already. */
const CONFLICT = 409;

const oldSchema = z.object({
  state: z.object({
    views: z.array(
      z.object({ page: z.string(), name: z.string(), search: z.record(z.string(), z.unknown()) }),
    ),
  }),
});

type OldView = z.infer<typeof oldSchema>["state"]["views"][number];

let moving: Promise<void> | undefined;

/** Lists that ask at the same time wait for the same move. What the server does not take stays in the browser. */
export function moveOldViews(): Promise<void> {
  moving ??= move().finally(() => {
    moving = undefined;
  });
  return moving;
}

async function move(): Promise<void> {
  const old = readOld();
  if (old.length === 0) return;
  const left: OldView[] = [];
  for (const view of old) {
    if (!(await isMoved(view))) left.push(view);
  }
  if (left.length === 0) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, JSON.stringify({ state: { views: left } }));
}

async function isMoved({ page, name, search }: OldView): Promise<boolean> {
  try {
    const body = { page, name, is_shared: false, search: search as Record<string, never> };
    await unwrap(api.POST("/views", { body, signal: deadline() }));
    return true;
  } catch (error) {
    return error instanceof ApiProblem && error.status === CONFLICT;
  }
}

function readOld(): OldView[] {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === null) return [];
  try {
    const parsed = oldSchema.safeParse(JSON.parse(stored));
    return parsed.success ? parsed.data.state.views : [];
  } catch {
    return [];
  }
}
