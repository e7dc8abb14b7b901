/** The steps of a chain of traces: each compares one with the next. */
import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import { type Link, readChain, sideOf, stepOf } from "./chain";
import type { CompareSearch } from "./compare-search";

interface ChainStepsProps {
  search: CompareSearch;
  onSearchChange: (change: Partial<CompareSearch>) => void;
}

export function ChainSteps({ search, onSearchChange }: ChainStepsProps) {
  const links = readChain(search.chain);
  if (links.length < 3) return null;
  const at = stepOf(links, search);
  const go = (step: number) => {
    const [a, b] = links.slice(step, step + 2) as [Link, Link];
    onSearchChange({ ...sideOf("a", a), ...sideOf("b", b), row: undefined });
  };
  const steps = links.length - 1;
  return (
    <nav
      aria-label="Steps of the chain"
      className="flex shrink-0 flex-wrap items-center gap-1.5 border-line border-b px-4 py-1.5 text-xs"
    >
      <Button
        size="icon"
        weight="ghost"
        aria-label="Step before"
        disabled={at <= 0}
        onClick={() => go(at - 1)}
      >
        <ChevronLeft size={15} />
      </Button>
      {links.slice(1).map((link, step) => (
        <Button
          // biome-ignore lint/suspicious/noArrayIndexKey: a trace may stand in a chain twice
          key={`${step}-${link.traceId}`}
          size="sm"
          weight={step === at ? "primary" : "secondary"}
          aria-current={step === at ? "step" : undefined}
          aria-label={`Compare ${step + 1} with ${step + 2}`}
          onClick={() => go(step)}
          className="tnum"
        >
          {step + 1} → {step + 2}
        </Button>
      ))}
      <Button
        size="icon"
        weight="ghost"
        aria-label="Next step"
        disabled={at < 0 || at >= steps - 1}
        onClick={() => go(at + 1)}
      >
        <ChevronRight size={15} />
      </Button>
      <span className="text-faint">from the earliest to the latest</span>
    </nav>
  );
}
