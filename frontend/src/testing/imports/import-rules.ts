/** The architecture of the page as rules on imports. Pure: a graph goes in, sentences about what is wrong come out. */
import type { ImportGraph } from "./import-graph";

/** From the ground up. A file imports from its own layer and from those before it. */
const LAYERS = ["lib", "state", "components", "telemetry", "features", "app"] as const;

/** The only file outside of a feature that knows features, and all that it may know of one. */
const FEATURE_LIST = "app/features.ts";
const FEATURE_FACE = "pages.ts";

const REACT =
  /^(react|react-dom|zustand|radix-ui|lucide-react|cmdk|@tanstack\/react-.*|@xyflow\/react)(\/|$)/;

const isTest = (path: string) => /\.test\.tsx?$/.test(path);
const folderOf = (path: string) => path.split("/")[0] ?? "";
const featureOf = (path: string) => (folderOf(path) === "features" ? path.split("/")[1] : undefined);
const heightOf = (path: string) => LAYERS.indexOf(folderOf(path) as (typeof LAYERS)[number]);

/** Each import that breaks a rule, as `from -> to`, with the rule. */
export function brokenRules(graph: ImportGraph): Map<string, string> {
  const broken = new Map<string, string>();
  for (const [from, { imports, packages }] of graph) {
    for (const to of imports) {
      const rule = brokenRule(from, to);
      if (rule) broken.set(`${from} -> ${to}`, rule);
    }
    if (folderOf(from) !== "lib") continue;
    for (const name of packages.filter((one) => REACT.test(one))) {
      broken.set(`${from} -> ${name}`, "lib/ is plain TypeScript, without React");
    }
  }
  return broken;
}

function brokenRule(from: string, to: string): string | undefined {
  if (folderOf(to) === "testing" && folderOf(from) !== "testing" && !isTest(from)) {
    return "only tests import what is made for tests";
  }
  const feature = featureOf(to);
  if (feature !== undefined && feature !== featureOf(from)) {
    if (featureOf(from) !== undefined) return "a feature never imports another";
    const face = from === FEATURE_LIST && to === `features/${feature}/${FEATURE_FACE}`;
    return face ? undefined : `outside of a feature only ${FEATURE_LIST} knows it, by its ${FEATURE_FACE}`;
  }
  if (heightOf(from) >= 0 && heightOf(to) > heightOf(from)) return "layers only point down";
  return undefined;
}

/** Groups of files that import each other in a circle, each as its sorted paths (Tarjan's algorithm). */
export function circles(graph: ImportGraph): string[][] {
  const indexOf = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  function visit(path: string): number {
    const index = indexOf.size;
    indexOf.set(path, index);
    let low = index;
    open.push(path);
    for (const next of graph.get(path)?.imports ?? []) {
      if (!indexOf.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, indexOf.get(next) ?? low);
    }
    if (low === index) {
      const group = open.splice(open.indexOf(path));
      if (group.length > 1 || graph.get(path)?.imports.includes(path)) found.push(group.sort());
    }
    return low;
  }
  for (const path of graph.keys()) {
    if (!indexOf.has(path)) visit(path);
  }
  return found;
}
