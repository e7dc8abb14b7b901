/** Computes graph layouts off the main thread: ELK takes its time for large graphs. */
import ELK, { type ElkNode } from "elkjs/lib/elk.bundled.js";

const elk = new ELK();

export interface LayoutRequest {
  id: number;
  graph: ElkNode;
}

export type LayoutAnswer = { id: number; graph: ElkNode } | { id: number; error: string };

addEventListener("message", (event: MessageEvent<LayoutRequest>) => {
  const { id, graph } = event.data;
  elk.layout(graph).then(
    (done) => postMessage({ id, graph: done } satisfies LayoutAnswer),
    (error: unknown) => postMessage({ id, error: String(error) } satisfies LayoutAnswer),
  );
});
