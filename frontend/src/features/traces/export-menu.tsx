/** Saves what the list shows: its traces, or all their spans, as a file that the server streams. */
import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { exportPath } from "@/telemetry/traces/list-query";
import type { TracesSearch } from "@/telemetry/traces/traces-search";

const FORMATS = [
  { id: "csv", label: "CSV" },
  { id: "json", label: "JSON lines" },
  { id: "parquet", label: "Parquet" },
] as const;

export function ExportMenu({ search }: { search: TracesSearch }) {
  return (
    <Menu
      align="end"
      className="w-48"
      trigger={
        <Button className="px-2.5" aria-label="Export">
          <Download size={14} />
        </Button>
      }
    >
      <MenuLabel>Traces in this list</MenuLabel>
      <ExportItems pathOf={(of, format) => exportPath(search, of, format)} />
    </Menu>
  );
}

interface ExportItemsProps {
  pathOf: (of: "traces" | "spans", format: string) => string;
}

export function ExportItems({ pathOf }: ExportItemsProps) {
  return (
    <>
      {FORMATS.map((format) => (
        <ExportItem key={format.id} label={format.label} path={pathOf("traces", format.id)} />
      ))}
      <MenuSeparator />
      <MenuLabel>All spans, full detail</MenuLabel>
      {FORMATS.map((format) => (
        <ExportItem key={format.id} label={format.label} path={pathOf("spans", format.id)} />
      ))}
    </>
  );
}

function ExportItem({ label, path }: { label: string; path: string }) {
  return (
    <MenuItem asChild>
      <a href={path} download>
        {label}
      </a>
    </MenuItem>
  );
}
