/** Two structural versions of one workflow beside each other: which nodes and edges came and went. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { GitCompareArrows } from "lucide-react";
import { BackLink } from "@/components/ui/detail-header";
import { SelectField } from "@/components/ui/field";
import { EmptyState, LoadState } from "@/components/ui/states";
import { plural } from "@/lib/format/number";
import { formatExact } from "@/lib/format/time";
import { useSearchState } from "@/state/use-search-state";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { comparisonQuery, type StructuralComparison, versionsQuery } from "./comparison-query";

const ID = "/app/runs/comparison";
const route = getRouteApi(ID);

/** Looking at another version is one visit. */
const REPLACED = () => ({ replace: true });

type Change = StructuralComparison["nodes"][number]["change"];

const CHANGES: Record<Change, { sign: string; word: string; tone: string }> = {
  added: { sign: "+", word: "came", tone: "text-ok" },
  removed: { sign: "−", word: "went", tone: "text-danger-text" },
  changed: { sign: "~", word: "changed", tone: "text-warn" },
  kept: { sign: " ", word: "kept", tone: "text-faint" },
};

export function ComparisonPage() {
  const search = route.useSearch();
  const compared = useQuery(comparisonQuery(search.left ?? "", search.right ?? ""));
  return (
    <>
      <header className="flex min-h-13 shrink-0 flex-wrap items-center gap-2 border-line border-b px-4 py-2.5">
        <title>Two versions · Junjo</title>
        <BackLink to="/runs" label="Back to runs" />
        <RoleMark spanRole="workflow" size="md" />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">
          {compared.data?.right.name ?? "Two versions"}
        </h1>
      </header>
      {search.left === undefined || search.right === undefined ? (
        <EmptyState icon={GitCompareArrows} title="Two versions are needed">
          Open all runs of a workflow and choose the version to lay beside it.
        </EmptyState>
      ) : (
        <LoadState query={compared} label="Loading versions" />
      )}
      {compared.data && <Comparison compared={compared.data} />}
    </>
  );
}

function Comparison({ compared }: { compared: StructuralComparison }) {
  const [, onSearchChange] = useSearchState(ID, REPLACED);
  const versions = useQuery(versionsQuery(compared.right.name));
  return (
    <div className="grid min-h-0 flex-1 content-start gap-6 overflow-y-auto p-4">
      <div className="grid gap-3 sm:grid-cols-2">
        {(["left", "right"] as const).map((side) => (
          <div key={side} className="grid min-w-0 content-start gap-1">
            <SelectField
              label={side === "left" ? "Version before" : "Version after"}
              value={compared[side].structural_id}
              onChange={(event) => onSearchChange({ [side]: event.target.value })}
            >
              {[...new Set([compared[side].structural_id, ...(versions.data ?? [])])].map((id) => (
                <option key={id}>{id}</option>
              ))}
            </SelectField>
            <p className="text-faint text-xs">
              newest run {formatExact(compared[side].start_time)}
              {versionOf(compared[side].service_version)}
            </p>
          </div>
        ))}
      </div>
      <Changes
        title="Nodes"
        items={compared.nodes.map((node) => ({ ...node, text: `${node.label} (${node.type})` }))}
      />
      <Changes title="Edges" items={compared.edges.map((edge) => ({ ...edge, text: edgeText(edge) }))} />
    </div>
  );
}

interface ChangesProps {
  title: string;
  items: readonly { change: Change; text: string }[];
}

function Changes({ title, items }: ChangesProps) {
  const changed = items.filter((item) => item.change !== "kept").length;
  return (
    <section className="grid min-w-0 gap-2">
      <h2 className="font-semibold text-sm">
        {title} <span className="font-normal text-faint">{plural(changed, "change")}</span>
      </h2>
      <ul className="grid min-w-0 gap-0.5 font-mono text-sm">
        {items.map((item, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two edges may look the same, and the list never moves
          <li key={place} className={`flex min-w-0 gap-2 ${CHANGES[item.change].tone}`}>
            <span aria-hidden>{CHANGES[item.change].sign}</span>
            <span className="sr-only">{CHANGES[item.change].word}</span>
            <span className="min-w-0 break-words">{item.text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

type Edge = StructuralComparison["edges"][number];

function edgeText(edge: Edge): string {
  const conditions = [edge.left_condition, edge.right_condition].filter((text) => text !== null);
  const way = `${edge.tail} → ${edge.head}`;
  return conditions.length === 0 ? way : `${way} when ${[...new Set(conditions)].join(", now ")}`;
}

function versionOf(version: string | null): string {
  return version === null ? "" : `, service version ${version}`;
}
