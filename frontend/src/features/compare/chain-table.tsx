/** The table of a chain: a row per figure, a column per trace, and under each value how it differs from the one before. */
import { Link } from "@tanstack/react-router";
import { GitCompareArrows, X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { TimeAgo } from "@/components/ui/time-ago";
import { cn } from "@/lib/cn";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Unknown } from "@/telemetry/vocabulary/numbers";
import {
  formatChange,
  type NamedCount,
  type StructureChange,
  shareOf,
  structureChange,
  total,
} from "./chain";
import { type ChainColumn, FIGURES, type Figure } from "./chain-column";
import { compareOf } from "./compare-search";

interface ChainTableProps {
  columns: readonly ChainColumn[];
  onRemove: (traceId: string) => void;
}

export function ChainTable({ columns, onRemove }: ChainTableProps) {
  return (
    <div className="relative min-h-0 flex-1 overflow-auto">
      <table className="w-max min-w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">Traces of the chain</caption>
        <thead>
          <tr>
            <Cell as="th" className="sticky left-0 z-10 bg-surface" />
            {columns.map((column, place) => (
              <ColumnHead
                key={column.summary.trace_id}
                column={column}
                before={columns[place - 1]}
                onRemove={columns.length > 2 ? () => onRemove(column.summary.trace_id) : undefined}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Row label="Version" columns={columns}>
            {({ version }) => version ?? <Unknown title="The root span names no version" />}
          </Row>
          {FIGURES.map((figure) => (
            <Row key={figure.label} label={figure.label} columns={columns}>
              {(column, before) => <Value figure={figure} column={column} before={before} />}
            </Row>
          ))}
          <Row label="Models" columns={columns}>
            {({ summary }) => [...new Set(summary.models.map(shortModel))].join(", ") || <Unknown />}
          </Row>
          <Row label="Structure" columns={columns}>
            {(column, before) => before && <Structure column={column} before={before} />}
          </Row>
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  as: "th" | "td";
  className?: string;
  scope?: "row" | "col";
  children?: ReactNode;
}

function Cell({ as: Tag, className, scope, children }: CellProps) {
  return (
    <Tag
      scope={scope}
      className={cn("border-line border-b px-3 py-2 text-left align-top font-normal", className)}
    >
      {children}
    </Tag>
  );
}

interface ColumnHeadProps {
  column: ChainColumn;
  before: ChainColumn | undefined;
  onRemove: (() => void) | undefined;
}

function ColumnHead({ column, before, onRemove }: ColumnHeadProps) {
  const { trace_id: id, root_name: name, start_time } = column.summary;
  return (
    <Cell as="th" scope="col" className="min-w-40 max-w-64">
      <div className="flex items-start gap-1">
        <div className="grid min-w-0 flex-1 gap-0.5">
          <Link
            to="/traces/$traceId"
            params={{ traceId: id }}
            className="min-w-0 truncate font-medium text-accent-text hover:underline"
          >
            {name || "(no name)"}
          </Link>
          <span className="text-faint text-xs">
            <TimeAgo iso={start_time} />
          </span>
        </div>
        {onRemove && (
          <Button weight="ghost" size="icon" aria-label={`Leave out ${id.slice(0, 8)}`} onClick={onRemove}>
            <X size={14} />
          </Button>
        )}
      </div>
      {before && (
        <Link
          to="/compare"
          search={compareOf([before.summary.trace_id, id])}
          className={buttonClass("secondary", "sm")}
        >
          <GitCompareArrows size={13} /> With the one before
        </Link>
      )}
    </Cell>
  );
}

interface RowProps {
  label: string;
  columns: readonly ChainColumn[];
  children: (column: ChainColumn, before: ChainColumn | undefined) => ReactNode;
}

function Row({ label, columns, children }: RowProps) {
  return (
    <tr>
      <Cell as="th" scope="row" className="sticky left-0 z-10 bg-surface text-faint text-xs">
        {label}
      </Cell>
      {columns.map((column, place) => (
        <Cell as="td" key={column.summary.trace_id} className="max-w-64 break-words tnum">
          {children(column, columns[place - 1])}
        </Cell>
      ))}
    </tr>
  );
}

interface ValueProps {
  figure: Figure;
  column: ChainColumn;
  before: ChainColumn | undefined;
}

function Value({ figure, column, before }: ValueProps) {
  const value = figure.of(column.summary);
  if (value === null) return <Unknown />;
  const ratio = before ? shareOf(figure.of(before.summary), value) : null;
  const tone =
    !figure.worse || ratio === null || Math.round(ratio * 100) === 100
      ? "text-faint"
      : ratio > 1
        ? "text-danger-text"
        : "text-ok";
  return (
    <span className="flex flex-wrap items-baseline gap-x-2">
      <span className="font-medium">{figure.format(value)}</span>
      {ratio !== null && <span className={cn("text-xs", tone)}>{formatChange(ratio)}</span>}
    </span>
  );
}

interface StructureProps {
  column: ChainColumn;
  before: ChainColumn;
}

function Structure({ column, before }: StructureProps) {
  const change = useMemo(() => structureChange(before.model, column.model), [before.model, column.model]);
  if (change.added.length === 0 && change.removed.length === 0) {
    return <span className="text-faint">same spans</span>;
  }
  return <Changes change={change} />;
}

function Changes({ change }: { change: StructureChange }) {
  return (
    <div className="grid gap-1">
      <span className="font-medium">
        <span className="text-ok">+{total(change.added)}</span>{" "}
        <span className="text-danger-text">−{total(change.removed)}</span>
        <span className="sr-only"> spans came and went</span>
      </span>
      <Names sign="+" counts={change.added} />
      <Names sign="−" counts={change.removed} />
    </div>
  );
}

/** More names than this say less than their number. */
const NAMES_MAX = 6;

function Names({ sign, counts }: { sign: string; counts: readonly NamedCount[] }) {
  const more = counts.length - NAMES_MAX;
  return (
    <ul className="grid gap-0.5 text-xs">
      {counts.slice(0, NAMES_MAX).map(({ name, count }) => (
        <li key={name} className="break-words text-muted">
          {sign} {name}
          {count > 1 && ` × ${count}`}
        </li>
      ))}
      {more > 0 && (
        <li className="text-faint">
          {sign} {more} more names
        </li>
      )}
    </ul>
  );
}
