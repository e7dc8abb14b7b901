//! What readers, seals, compactions and rebuilds leave out because its deletion was requested. Pure.

use std::borrow::Cow;
use std::collections::HashMap;

use junjo_span_model::TraceId;
use junjo_wal::Sequence;

use crate::log_row::LogRow;
use crate::row::SpanRow;

/// Traces and services, each up to the record that was the newest when the deletion was asked for.
#[derive(Debug, Default, Clone)]
pub(crate) struct ToDelete {
    traces: HashMap<TraceId, Sequence>,
    services: HashMap<String, Sequence>,
    through: Sequence,
}

impl ToDelete {
    /// Adds a trace.
    pub(crate) fn trace(&mut self, id: TraceId, through: Sequence) {
        raise(self.traces.entry(id).or_default(), through);
        raise(&mut self.through, through);
    }

    /// Adds a service.
    pub(crate) fn service(&mut self, name: &str, through: Sequence) {
        raise(self.services.entry(name.to_owned()).or_default(), through);
        raise(&mut self.through, through);
    }

    /// Nothing that was received later has to go.
    pub(crate) fn through(&self) -> Sequence {
        self.through
    }

    /// Whether an item has to go.
    pub(crate) fn has(&self, trace: Option<TraceId>, service: &str, sequence: Sequence) -> bool {
        let reaches = |through: &Sequence| sequence <= *through;
        sequence <= self.through
            && (trace.and_then(|id| self.traces.get(&id)).is_some_and(reaches)
                || self.services.get(service).is_some_and(reaches))
    }

    /// Whether the id of a trace or the name of a service that has to go occurs in the bytes of a request.
    pub(crate) fn names_in(&self, message: &[u8]) -> bool {
        let is_trace =
            |id: &[u8]| <[u8; 16]>::try_from(id).is_ok_and(|id| self.traces.contains_key(&TraceId(id)));
        let has_name = |name: &String| {
            !name.is_empty() && message.windows(name.len()).any(|part| part == name.as_bytes())
        };
        (!self.traces.is_empty() && message.windows(16).any(is_trace)) || self.services.keys().any(has_name)
    }

    /// The spans that stay.
    pub(crate) fn kept_spans<'r>(&self, rows: &'r [SpanRow]) -> Cow<'r, [SpanRow]> {
        self.kept(rows, |row| self.has(Some(row.trace_id), &row.service, row.place.sequence))
    }

    /// The log records that stay.
    pub(crate) fn kept_logs<'r>(&self, rows: &'r [LogRow]) -> Cow<'r, [LogRow]> {
        self.kept(rows, |row| self.has(row.trace_id, &row.service, row.place.sequence))
    }

    fn kept<'r, T: Clone>(&self, rows: &'r [T], has: impl Fn(&T) -> bool) -> Cow<'r, [T]> {
        if self.through == Sequence(0) || !rows.iter().any(&has) {
            return Cow::Borrowed(rows);
        }
        Cow::Owned(rows.iter().filter(|row| !has(row)).cloned().collect())
    }
}

fn raise(mark: &mut Sequence, to: Sequence) {
    *mark = to.max(*mark);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a trace and a service are to be deleted up to different records. Guarantee: exactly their items up to there are.
    #[test]
    fn has_what_arrived_before_the_request() {
        let (trace, other) = (TraceId([1; 16]), TraceId([2; 16]));
        let mut to_delete = ToDelete::default();
        assert!(!to_delete.has(Some(trace), "a", Sequence(1)));
        to_delete.trace(trace, Sequence(5));
        to_delete.trace(trace, Sequence(3));
        to_delete.service("b", Sequence(9));
        assert!(to_delete.has(Some(trace), "a", Sequence(5)));
        assert!(!to_delete.has(Some(trace), "a", Sequence(6)));
        assert!(!to_delete.has(Some(other), "a", Sequence(1)));
        assert!(to_delete.has(None, "b", Sequence(9)));
        assert!(!to_delete.has(None, "b", Sequence(10)));
        assert_eq!(to_delete.through(), Sequence(9));
    }
}
