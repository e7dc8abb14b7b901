/** Events in time order, then links to other spans. */
import { Link } from "@tanstack/react-router";
import { JsonTree } from "@/components/ui/json-tree";
import { formatDuration } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { formatExactNanos } from "@/lib/format/time";
import { hasContent } from "@/lib/json";
import { Section } from "@/telemetry/span-content/section";
import type { SpanDetail } from "@/telemetry/trace/span-query";

/** Events shown at first; SDKs keep 128 by default, but a limit can be raised. */
const EVENTS_MAX = 500;

interface EventsTabProps {
  span: SpanDetail;
  traceStart: bigint;
  onSelectSpan: (spanId: string) => void;
}

export function EventsTab({ span, traceStart, onSelectSpan }: EventsTabProps) {
  if (span.events.length === 0 && span.links.length === 0) {
    return <p className="text-faint text-sm">No events and no links.</p>;
  }
  return (
    <div className="grid min-w-0 gap-5">
      {span.events.length > 0 && (
        <Section title="Events" note={span.events.length}>
          {span.dropped_events_count > 0 && (
            <p className="text-warn text-xs">
              {plural(span.dropped_events_count, "event")} dropped by the SDK.
            </p>
          )}
          <ol className="grid min-w-0 gap-2">
            {span.events.slice(0, EVENTS_MAX).map((event, index) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: events have no id and never reorder
                key={index}
                className="min-w-0 rounded-lg border border-line bg-sunken px-3 py-2"
              >
                <div className="mb-1 flex items-baseline gap-2">
                  <span className="min-w-0 truncate font-medium text-xs">{event.name}</span>
                  <span
                    className="ml-auto shrink-0 text-2xs text-faint tnum"
                    title={formatExactNanos(event.time_unix_nano)}
                  >
                    +{formatDuration(offset(event.time_unix_nano, traceStart))}
                  </span>
                </div>
                {hasContent(event.attributes) ? (
                  <JsonTree value={event.attributes} label={`Attributes of ${event.name}`} openDepth={1} />
                ) : (
                  <span className="text-2xs text-faint">no attributes</span>
                )}
              </li>
            ))}
          </ol>
        </Section>
      )}
      {span.links.length > 0 && (
        <Section title="Links" note={span.links.length}>
          <ul className="grid min-w-0 gap-2">
            {span.links.map((link) => (
              <li
                key={`${link.trace_id}-${link.span_id}`}
                className="min-w-0 rounded-lg border border-line bg-sunken px-3 py-2"
              >
                <SpanLink link={link} traceId={span.trace_id} onSelectSpan={onSelectSpan} />
                {hasContent(link.attributes) && (
                  <JsonTree value={link.attributes} label="Link attributes" openDepth={1} />
                )}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

interface SpanLinkProps {
  link: SpanDetail["links"][number];
  traceId: string;
  onSelectSpan: (spanId: string) => void;
}

function SpanLink({ link, traceId, onSelectSpan }: SpanLinkProps) {
  const look = "break-all font-mono text-accent-text text-xs hover:underline";
  if (link.trace_id === traceId) {
    return (
      <button type="button" className={look} onClick={() => onSelectSpan(link.span_id)}>
        span {link.span_id}
      </button>
    );
  }
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: link.trace_id }}
      search={{ span: link.span_id }}
      className={look}
    >
      trace {link.trace_id}
    </Link>
  );
}

function offset(timeUnixNano: string, traceStart: bigint): number {
  try {
    return Number(BigInt(timeUnixNano) - traceStart);
  } catch {
    return 0;
  }
}
