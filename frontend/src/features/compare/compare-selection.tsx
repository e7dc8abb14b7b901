/** From chosen rows of a list to their comparison: two beside each other, more as a chain from the earliest to the latest. */
import { Link } from "@tanstack/react-router";
import { GitCompareArrows } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { plural } from "@/lib/format/number";
import type { SelectedTrace } from "@/telemetry/slots/selection-actions";
import { sideOf, writeChain } from "./chain";

/** A chain longer than this is no longer read step by step. */
const CHAIN_MAX = 20;

export function CompareSelection({ selection }: { selection: readonly SelectedTrace[] }) {
  const [a, b, ...more] = selection.toSorted(byStart);
  if (a === undefined || b === undefined) {
    return (
      <button type="button" disabled className={buttonClass("secondary", "sm")}>
        <GitCompareArrows size={13} /> Compare: select another one
      </button>
    );
  }
  if (more.length + 2 > CHAIN_MAX) {
    return (
      <button type="button" disabled className={buttonClass("secondary", "sm")}>
        <GitCompareArrows size={13} /> Compare: {plural(CHAIN_MAX, "row")} at most
      </button>
    );
  }
  const chain = more.length > 0 ? writeChain([a, b, ...more]) : undefined;
  return (
    <Link
      to="/compare"
      search={{ ...sideOf("a", a), ...sideOf("b", b), ...(chain === undefined ? {} : { chain }) }}
      className={buttonClass("primary", "sm")}
    >
      <GitCompareArrows size={13} /> {more.length > 0 ? `Compare ${more.length + 2} as a chain` : "Compare"}
    </Link>
  );
}

function byStart(a: SelectedTrace, b: SelectedTrace): number {
  const [startA, startB] = [BigInt(a.startUnixNano), BigInt(b.startUnixNano)];
  return startA < startB ? -1 : startA > startB ? 1 : 0;
}
