//! Made-up traces of LLM applications, ten spans each: a root, chains, a retriever, tools and three model calls with
//! prompts of 0.2 to 4 KB; about 1.4 KB of attributes a span. One in fifty traces fails with an exception event.

use super::span::{Head, KIND_CLIENT, KIND_INTERNAL, KIND_SERVER, Pending, SpanWriter};

/// Spans of a trace.
const SPANS_PER_TRACE: u64 = 10;
const NANOS_PER_HOUR: f64 = 3.6e12;

pub(super) const MODELS: &[(&str, &str)] = &[
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4"),
    ("gcp.gemini", "gemini-2.5-flash"),
];
/// Name, OpenInference kind, and whether the parent is the root or the newest of `plan` and `chat`.
const STEPS: [(&str, &str, Parent); 9] = [
    ("plan", "CHAIN", Parent::Current),
    ("retrieve", "RETRIEVER", Parent::Root),
    ("embed", "EMBEDDING", Parent::Root),
    ("chat", "LLM", Parent::Current),
    ("tool.search", "TOOL", Parent::Root),
    ("rank", "CHAIN", Parent::Root),
    ("chat", "LLM", Parent::Current),
    ("guard", "GUARDRAIL", Parent::Root),
    ("respond", "LLM", Parent::Root),
];
/// Steps under which later ones are put.
const OPENING_STEPS: [usize; 2] = [0, 3];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Root,
    Current,
}

/// What to generate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Spans in all, in whole traces.
    pub(crate) spans: u64,
    /// Spans of a request: whole traces until there are at least so many, or exactly so many.
    pub(crate) batch: usize,
    /// Requests of exactly `batch` spans, which cuts traces apart as an SDK's batch processor does.
    pub(crate) split_traces: bool,
    pub(crate) seed: u64,
    /// Mean attribute bytes of a span.
    pub(crate) span_bytes: u64,
    /// `service.name`s; every request has the next one.
    pub(crate) services: u64,
    /// Unix seconds of the newest trace.
    pub(crate) end_unix_seconds: u64,
    /// Time before that over which the traces are spread.
    pub(crate) hours: f64,
}

impl Shape {
    /// The window over which traces are spread: start in unix nanoseconds, and width.
    pub(crate) fn window(&self) -> (u64, u64) {
        let width = (self.hours * NANOS_PER_HOUR) as u64;
        (self.end_unix_seconds * 1_000_000_000 - width, width)
    }
}

/// Generates the requests of a [`Shape`], always the same for the same shape.
pub(crate) struct Generator {
    shape: Shape,
    writer: SpanWriter,
    pending: Pending,
    traces_done: u64,
    requests_done: u64,
}

impl Generator {
    pub(crate) fn new(shape: Shape) -> Self {
        Self {
            writer: SpanWriter::new(shape.seed, shape.span_bytes),
            shape,
            pending: Pending::default(),
            traces_done: 0,
            requests_done: 0,
        }
    }

    fn traces(&self) -> u64 {
        (self.shape.spans / SPANS_PER_TRACE).max(1)
    }

    /// Start of the next trace: evenly spread, the last one at the end.
    fn next_start(&self) -> u64 {
        let (start, width) = self.shape.window();
        let passed = u128::from(width) * u128::from(self.traces_done) / u128::from(self.traces());
        start + passed as u64
    }

    fn trace(&mut self) {
        let start = self.next_start();
        self.traces_done += 1;
        let writer = &mut self.writer;
        let trace_id = writer.random.id();
        let root = writer.random.id();
        let (session, user) = (writer.random.below(20_000), writer.random.below(5_000));
        let duration = writer.random.lognormal(20.5, 0.8) as u64;
        let failed = writer.random.chance(0.02);
        let end = start + duration;
        writer.begin(&Head {
            trace_id,
            id: root,
            parent: None,
            name: "POST /chat",
            kind: KIND_SERVER,
            start,
            end,
        });
        writer.attribute("session.id", &format!("s{session:06}"));
        writer.attribute("user.id", &format!("u{user:05}"));
        writer.attribute("http.request.method", "POST");
        writer.attribute("http.route", "/chat");
        writer.int("http.response.status_code", if failed { 500 } else { 200 });
        writer.end(failed, &mut self.pending);
        self.steps(&Root { trace_id, id: root, start, step: duration / SPANS_PER_TRACE, failed });
    }

    /// The spans below the root, one after another.
    fn steps(&mut self, root: &Root) {
        let Root { trace_id, id: root, start, step, failed } = *root;
        let writer = &mut self.writer;
        let mut current = root;
        for (index, (name, kind, parent)) in STEPS.into_iter().enumerate() {
            let id = writer.random.id();
            let is_model_call = kind == "LLM";
            let start = start + index as u64 * step;
            let head = Head {
                trace_id,
                id,
                parent: Some(if parent == Parent::Root { root } else { current }),
                name,
                kind: if is_model_call { KIND_CLIENT } else { KIND_INTERNAL },
                start,
                end: start + step,
            };
            writer.begin(&head);
            writer.attribute("openinference.span.kind", kind);
            if is_model_call {
                let (provider, model) = writer.random.pick(MODELS);
                writer.model_call(provider, model);
            } else {
                writer.step();
            }
            let failed = failed && index == STEPS.len() - 1;
            if failed {
                writer.exception(head.end, "TimeoutError");
            }
            writer.end(failed, &mut self.pending);
            if OPENING_STEPS.contains(&index) {
                current = id;
            }
        }
    }
}

/// What the spans of a trace have to know of it.
struct Root {
    trace_id: [u8; 16],
    id: [u8; 8],
    start: u64,
    /// Length of each span below, nanoseconds.
    step: u64,
    failed: bool,
}

impl Iterator for Generator {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        while self.pending.len() < self.shape.batch && self.traces_done < self.traces() {
            self.trace();
        }
        let waiting = self.pending.len();
        let count = if self.shape.split_traces { waiting.min(self.shape.batch) } else { waiting };
        if count == 0 {
            return None;
        }
        let service = format!("svc-{}", self.requests_done % self.shape.services);
        self.requests_done += 1;
        Some(self.pending.request(count, &service))
    }
}

#[cfg(test)]
mod tests;
