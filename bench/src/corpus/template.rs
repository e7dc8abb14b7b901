//! A request that can be sent again and again, each time as spans that the server has not seen.

use anyhow::anyhow;
use bytes::{BufMut as _, Bytes, BytesMut};

use super::locate::Places;
use super::random::Random;

/// Bytes before the message in a gRPC frame: a flag and the length.
pub(crate) const FRAME_HEAD: usize = 5;

/// A serialised request with the places of its ids and times.
pub(crate) struct Template {
    framed: Bytes,
    places: Places,
    /// The latest time in the message.
    newest_unix_nano: u64,
}

impl Template {
    pub(crate) fn new(message: &[u8]) -> anyhow::Result<Self> {
        let places = Places::of(message)
            .map_err(|_| anyhow!("the corpus holds a message that is not an OTLP request"))?;
        let newest_unix_nano =
            places.times.iter().map(|at| read_time(message, *at as usize)).max().unwrap_or(0);
        Ok(Self { framed: frame(message, false), places, newest_unix_nano })
    }

    pub(crate) fn span_count(&self) -> u32 {
        self.places.span_count
    }

    /// The message as a gRPC frame.
    pub(crate) fn framed(&self) -> &Bytes {
        &self.framed
    }

    /// The message without the frame's head.
    pub(crate) fn message(&self) -> &[u8] {
        &self.framed[FRAME_HEAD..]
    }

    /// The id of the last trace in a frame made from this template.
    pub(crate) fn last_trace(&self, framed: &[u8]) -> Option<[u8; 16]> {
        let at = FRAME_HEAD + *self.places.trace_ids.last()? as usize;
        framed.get(at..at + 16)?.try_into().ok()
    }

    /// The same request as new spans: ids that no other `generation` has, times moved so that the newest is `now`.
    pub(crate) fn renewed(&self, generation: u64, now_unix_nano: u64) -> Bytes {
        let mut framed = BytesMut::from(&self.framed[..]);
        let message = &mut framed[FRAME_HEAD..];
        let mask = Random::new(generation).next();
        for at in self.places.trace_ids.iter().chain(&self.places.span_ids) {
            let place = &mut message[*at as usize..][..8];
            let id = u64::from_le_bytes(place.try_into().unwrap_or_default()) ^ mask;
            place.copy_from_slice(&id.to_le_bytes());
        }
        let shift = now_unix_nano.wrapping_sub(self.newest_unix_nano);
        for at in &self.places.times {
            let time = read_time(message, *at as usize).wrapping_add(shift);
            message[*at as usize..][..8].copy_from_slice(&time.to_le_bytes());
        }
        framed.freeze()
    }
}

fn read_time(message: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(message[at..at + 8].try_into().unwrap_or_default())
}

/// A message with the head of a gRPC frame before it.
pub(crate) fn frame(message: &[u8], is_compressed: bool) -> Bytes {
    let mut framed = BytesMut::with_capacity(FRAME_HEAD + message.len());
    framed.put_u8(u8::from(is_compressed));
    framed.put_u32(message.len() as u32);
    framed.put_slice(message);
    framed.freeze()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use prost::Message as _;

    use super::*;
    use crate::corpus::{Generator, Shape};

    /// Scenario: one template renewed twice. Guarantee: no id repeats, the tree and all durations stay, and no time is
    /// later than now.
    #[test]
    fn renewed_requests_are_the_same_trees_with_new_ids_and_times() {
        let shape = Shape {
            spans: 500,
            batch: 512,
            split_traces: false,
            seed: 3,
            span_bytes: 1_400,
            services: 1,
            end_unix_seconds: 1_795_000_000,
            hours: 1.0,
        };
        let template = Template::new(&Generator::new(shape).next().unwrap()).unwrap();
        let now = 1_800_000_000_000_000_000;
        let mut ids = HashSet::new();
        let original = spans(template.framed());
        for generation in 1..=2 {
            let framed = template.renewed(generation, now);
            let renewed = spans(&framed);
            assert_eq!(renewed.len(), original.len());
            assert_eq!(template.last_trace(&framed).unwrap().to_vec(), renewed.last().unwrap().trace_id);
            let found: HashSet<_> = renewed.iter().map(|span| span.span_id.clone()).collect();
            for (new, old) in renewed.iter().zip(&original) {
                assert!(ids.insert(new.span_id.clone()), "a repeated span id");
                assert!(new.parent_span_id.is_empty() || found.contains(&new.parent_span_id));
                assert_eq!(new.parent_span_id.is_empty(), old.parent_span_id.is_empty());
                let duration = |span: &Span| span.end_time_unix_nano - span.start_time_unix_nano;
                assert_eq!(duration(new), duration(old));
                let times = new.events.iter().map(|event| event.time_unix_nano);
                assert!(times.chain([new.end_time_unix_nano]).all(|time| time <= now));
            }
        }
    }

    type Span = opentelemetry_proto::tonic::trace::v1::Span;

    fn spans(framed: &[u8]) -> Vec<Span> {
        let request = ExportTraceServiceRequest::decode(&framed[FRAME_HEAD..]).unwrap();
        request.resource_spans.into_iter().flat_map(|r| r.scope_spans).flat_map(|s| s.spans).collect()
    }
}
