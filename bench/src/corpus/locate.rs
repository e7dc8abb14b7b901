//! Finds what has to change when a request is sent again as new spans: ids and times. Walks, never decodes.
//!
//! | message | fields looked at |
//! |---|---|
//! | `ExportTraceServiceRequest` | 1 resource_spans |
//! | `ResourceSpans` | 2 scope_spans |
//! | `ScopeSpans` | 2 spans |
//! | `Span` | 1 trace_id, 2 span_id, 4 parent_span_id, 7 start, 8 end, 11 events |
//! | `Event` | 1 time |

use super::wire::{Field, Malformed, fields};

/// Where ids and times are in a request, as offsets of their first byte.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) span_count: u32,
    /// 16 bytes each, one a span, in order.
    pub(crate) trace_ids: Vec<u32>,
    /// 8 bytes each: span ids and parent ids.
    pub(crate) span_ids: Vec<u32>,
    /// 8 bytes each, little-endian: starts, ends, times of events.
    pub(crate) times: Vec<u32>,
}

impl Places {
    pub(crate) fn of(message: &[u8]) -> Result<Self, Malformed> {
        let mut places = Self::default();
        for_each_span(message, &mut |span| places.span(message, span))?;
        Ok(places)
    }

    fn span(&mut self, message: &[u8], span: Field) -> Result<(), Malformed> {
        self.span_count += 1;
        for field in fields(message, span.start, span.end) {
            let field = field?;
            let (at, length) = (field.start as u32, field.end - field.start);
            match (field.number, length) {
                (1, 16) => self.trace_ids.push(at),
                (2 | 4, 8) => self.span_ids.push(at),
                (7 | 8, 8) => self.times.push(at),
                (11, _) => {
                    for inner in fields(message, field.start, field.end) {
                        let inner = inner?;
                        if inner.number == 1 && inner.end - inner.start == 8 {
                            self.times.push(inner.start as u32);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Spans in a request.
pub(crate) fn count_spans(message: &[u8]) -> Result<u32, Malformed> {
    let mut count = 0;
    for_each_span(message, &mut |_| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

fn for_each_span(
    message: &[u8],
    each: &mut dyn FnMut(Field) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    for resource_spans in numbered(message, (0, message.len()), 1) {
        let resource_spans = resource_spans?;
        for scope_spans in numbered(message, (resource_spans.start, resource_spans.end), 2) {
            let scope_spans = scope_spans?;
            for span in numbered(message, (scope_spans.start, scope_spans.end), 2) {
                each(span?)?;
            }
        }
    }
    Ok(())
}

fn numbered(
    message: &[u8],
    (start, end): (usize, usize),
    number: u64,
) -> impl Iterator<Item = Result<Field, Malformed>> + '_ {
    fields(message, start, end).filter(move |field| field.is_err() || field.is_ok_and(|f| f.number == number))
}
