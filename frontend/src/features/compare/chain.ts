/** A chain of traces, or of spans of traces, that are compared step by step; how it stands in the URL. Pure. */
import type { CompareSearch } from "./compare-search";

export interface Link {
  traceId: string;
  spanId?: string | undefined;
}

/** `trace~span,trace`: neither id has these signs. */
export function writeChain(links: readonly Link[]): string {
  return links.map(({ traceId, spanId }) => (spanId ? `${traceId}~${spanId}` : traceId)).join(",");
}

export function readChain(text: string | undefined): Link[] {
  if (text === undefined) return [];
  return text.split(",").flatMap((part) => {
    const [traceId, spanId] = part.split("~");
    return traceId ? [{ traceId, spanId: spanId || undefined }] : [];
  });
}

/** One side of the comparison as the URL has it. */
export function sideOf(side: "a" | "b", { traceId, spanId }: Link): Partial<CompareSearch> {
  return side === "a" ? { a: traceId, aspan: spanId } : { b: traceId, bspan: spanId };
}

/** Which step of the chain is shown: the number of its first link, or -1. */
export function stepOf(links: readonly Link[], { a, b, aspan, bspan }: CompareSearch): number {
  return links.findIndex((link, index) => {
    const next = links[index + 1];
    return (
      link.traceId === a &&
      link.spanId === aspan &&
      next !== undefined &&
      next.traceId === b &&
      next.spanId === bspan
    );
  });
}
