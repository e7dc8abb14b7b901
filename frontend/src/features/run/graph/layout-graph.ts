/** Asks the worker for a layout. A layout that takes too long ends with its worker; the next one starts afresh. */
import type { ElkNode } from "elkjs/lib/elk-api";
import type { LayoutAnswer, LayoutRequest } from "./layout.worker";

/** Longer than any graph that a person can read needs. */
const DEADLINE_MS = 20_000;

let worker: Worker | undefined;
let nextId = 1;

/** Starts the worker, which takes its time to load, while a run is still on its way from the server. */
export function warmLayout(): void {
  if (typeof Worker !== "undefined") worker ??= startWorker();
}

function startWorker(): Worker {
  return new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
}

export function layoutGraph(graph: ElkNode, signal: AbortSignal): Promise<ElkNode> {
  worker ??= startWorker();
  const current = worker;
  const id = nextId++;
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer);
      current.removeEventListener("message", receive);
      current.removeEventListener("error", fail);
    };
    const fail = () => {
      finish();
      current.terminate();
      if (worker === current) worker = undefined;
      reject(new Error("The graph could not be laid out."));
    };
    const receive = (event: MessageEvent<LayoutAnswer>) => {
      const answer = event.data;
      if (answer.id !== id) return;
      finish();
      if ("error" in answer) reject(new Error(answer.error));
      else resolve(answer.graph);
    };
    const timer = setTimeout(fail, DEADLINE_MS);
    signal.addEventListener("abort", finish, { once: true });
    current.addEventListener("message", receive);
    current.addEventListener("error", fail);
    current.postMessage({ id, graph } satisfies LayoutRequest);
  });
}
