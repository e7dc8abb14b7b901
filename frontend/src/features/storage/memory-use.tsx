/** Who takes how much of the server's memory. */

import { formatBytes } from "@/lib/format/bytes";
import { formatCount } from "@/lib/format/number";
import type { IngestStatus } from "@/telemetry/ingest/status-query";

type Part = IngestStatus["memory"][number];

/** What each part is for; a part that this page does not know keeps its own name. */
const NAMES: Record<string, string> = {
  receive: "Receiving telemetry",
  index: "Indexing",
  seal: "Writing the archive",
  read: "Reading for questions",
  send: "Answers on their way",
  compress: "Compressing answers",
};

export function MemoryUse({ parts }: { parts: IngestStatus["memory"] }) {
  return (
    <table className="w-full text-sm">
      <thead className="text-left text-faint text-xs">
        <tr>
          <th className="py-1 font-normal">Used for</th>
          <th className="py-1 text-right font-normal">Now</th>
          <th className="py-1 text-right font-normal">Most since the start</th>
          <th className="py-1 text-right font-normal">Share</th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <Row key={part.part} part={part} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ part }: { part: Part }) {
  return (
    <tr className="border-line border-t">
      <td className="py-1.5">
        {NAMES[part.part] ?? part.part}
        {part.refused > 0 && (
          <span className="ml-2 text-warn text-xs">
            {formatCount(part.refused)} × nothing was left: give the server more memory
          </span>
        )}
      </td>
      <td className="py-1.5 text-right tnum">{formatBytes(part.used_bytes)}</td>
      <td className="py-1.5 text-right tnum">{formatBytes(part.peak_bytes)}</td>
      <td className="py-1.5 text-right tnum">{formatBytes(part.max_bytes)}</td>
    </tr>
  );
}
