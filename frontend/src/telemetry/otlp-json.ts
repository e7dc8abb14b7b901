/** Writes a span in the OTLP/JSON form of the specification, as an exporter would send it. Pure. */

import { exactInteger } from "@/lib/json";
import type { SpanDetail } from "@/telemetry/trace/span-query";

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const STATUSES = ["unset", "ok", "error"];

export function toOtlpJson(span: SpanDetail): unknown {
  return { resourceSpans: [resourceSpansJson(span)] };
}

/** One of `resourceSpans`, with nothing but this span. */
export function resourceSpansJson(span: SpanDetail): unknown {
  return {
    resource: {
      attributes: keyValues(span.resource.attributes),
      droppedAttributesCount: span.resource.dropped_attributes_count ?? 0,
    },
    ...(span.resource.schema_url ? { schemaUrl: span.resource.schema_url } : {}),
    scopeSpans: [
      {
        scope: {
          name: span.scope.name ?? "",
          version: span.scope.version ?? "",
          attributes: keyValues(span.scope.attributes),
          droppedAttributesCount: span.scope.dropped_attributes_count ?? 0,
        },
        ...(span.scope.schema_url ? { schemaUrl: span.scope.schema_url } : {}),
        spans: [spanJson(span)],
      },
    ],
  };
}

function spanJson(span: SpanDetail) {
  return {
    traceId: span.trace_id,
    spanId: span.span_id,
    ...(span.trace_state ? { traceState: span.trace_state } : {}),
    ...(span.parent_span_id ? { parentSpanId: span.parent_span_id } : {}),
    flags: span.flags,
    name: span.name,
    kind: Math.max(0, KINDS.indexOf(span.kind)),
    startTimeUnixNano: span.start_time_unix_nano,
    endTimeUnixNano: span.end_time_unix_nano,
    attributes: keyValues(span.attributes),
    droppedAttributesCount: span.dropped_attributes_count,
    events: span.events.map((event) => ({
      timeUnixNano: event.time_unix_nano,
      name: event.name,
      attributes: keyValues(event.attributes),
      droppedAttributesCount: event.dropped_attributes_count,
    })),
    droppedEventsCount: span.dropped_events_count,
    links: span.links.map((link) => ({
      traceId: link.trace_id,
      spanId: link.span_id,
      ...(link.trace_state ? { traceState: link.trace_state } : {}),
      attributes: keyValues(link.attributes),
      droppedAttributesCount: link.dropped_attributes_count,
      flags: link.flags,
    })),
    droppedLinksCount: span.dropped_links_count,
    status: {
      ...(span.status_message ? { message: span.status_message } : {}),
      code: Math.max(0, STATUSES.indexOf(span.status)),
    },
  };
}

function keyValues(attributes: unknown): { key: string; value: unknown }[] {
  if (typeof attributes !== "object" || attributes === null) return [];
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

/** 64-bit integers are strings in OTLP/JSON. */
function anyValue(value: unknown): unknown {
  const digits = exactInteger(value);
  if (digits !== undefined) return { intValue: digits };
  if (value === null || value === undefined) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value) } };
}
