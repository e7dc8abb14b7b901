/** Which entries fit a text, and in which order. Pure. */
import { defaultFilter } from "cmdk";

interface Rankable {
  label: string;
  words?: string;
}

/** Best first; all of them, as they are, for an empty text. */
export function ranked<Item extends Rankable>(items: readonly Item[], query: string): Item[] {
  const text = query.trim();
  if (text === "") return [...items];
  return items
    .map((item) => ({ item, score: defaultFilter(item.label, text, item.words ? [item.words] : []) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
