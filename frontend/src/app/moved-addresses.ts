/** Old addresses of pages, so that links and bookmarks keep working. Pure. */

/** The address that a path has now, with what follows the part that moved; undefined if it did not move. */
export function newAddress(path: string, moved: Readonly<Record<string, string>>): string | undefined {
  for (const [before, after] of Object.entries(moved)) {
    if (path === before) return after;
    if (path.startsWith(`${before}/`)) return after + path.slice(before.length);
  }
  return undefined;
}
