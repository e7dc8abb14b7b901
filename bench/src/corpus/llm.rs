//! Made-up traces of LLM applications, ten spans each: a root, chains, a retriever, tools and three model calls with
//! prompts of 0.2 to 4 KB; about 1.4 KB of attributes a span. One in fifty traces fails with an exception event.

use super::random::Random;
use super::wire::{Wire, bytes_field_length, varint_length};

/// Spans of a trace.
const SPANS_PER_TRACE: u64 = 10;
/// Mean bytes of a span that do not grow with its texts: ids, times, names, numbers.
const FIXED_SPAN_BYTES: f64 = 290.0;
/// Mean bytes of a span's texts at their natural length.
const NATURAL_TEXT_BYTES: f64 = 1110.0;
const NANOS_PER_HOUR: f64 = 3.6e12;

const WORDS: &[&str] = &[
    "the", "of", "agent", "plan", "route", "hidden", "gem", "cafe", "dive", "reef", "trip", "budget",
    "answer", "search", "result", "score", "reason", "tool", "call", "user", "asks", "about", "best",
    "quiet", "spot", "near", "river", "with", "good", "coffee", "and", "late", "opening", "hours",
];
const MODELS: &[(&str, &str)] = &[
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

const KIND_INTERNAL: u64 = 1;
const KIND_SERVER: u64 = 2;
const KIND_CLIENT: u64 = 3;
const STATUS_ERROR: u64 = 2;
/// Trace flags: the context is known not to be remote.
const FLAGS: u32 = 256;

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

/// Generates the requests of a [`Shape`], always the same for the same shape.
pub(crate) struct Generator {
    shape: Shape,
    random: Random,
    traces_done: u64,
    requests_done: u64,
    /// Finished spans and how many bytes of each have not been taken, oldest first.
    spans: Vec<u8>,
    lengths: std::collections::VecDeque<usize>,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    span: Vec<u8>,
    text: String,
    event: Vec<u8>,
}

impl Generator {
    pub(crate) fn new(shape: Shape) -> Self {
        Self {
            random: Random::new(shape.seed),
            shape,
            traces_done: 0,
            requests_done: 0,
            spans: Vec::new(),
            lengths: std::collections::VecDeque::new(),
            scratch: Scratch::default(),
        }
    }

    fn traces(&self) -> u64 {
        (self.shape.spans / SPANS_PER_TRACE).max(1)
    }

    /// Start of the next trace: evenly spread, the last one at the end.
    fn next_start(&self) -> u64 {
        let end = self.shape.end_unix_seconds * 1_000_000_000;
        let window = (self.shape.hours * NANOS_PER_HOUR) as u64;
        let passed = u128::from(window) * u128::from(self.traces_done) / u128::from(self.traces());
        end - window + passed as u64
    }

    /// Takes the oldest `count` spans as one request.
    fn request(&mut self, count: usize) -> Vec<u8> {
        let service = format!("svc-{}", self.requests_done % self.shape.services);
        self.requests_done += 1;
        let taken: usize = self.lengths.drain(..count).sum();
        let mut resource = Vec::new();
        text_attribute(&mut resource, 1, "service.name", &service);
        text_attribute(&mut resource, 1, "telemetry.sdk.language", "python");
        let mut scope = Vec::new();
        scope.text(1, "bench");
        scope.text(2, "1");
        let scope_spans = bytes_field_length(scope.len()) + taken;
        let resource_spans = bytes_field_length(resource.len()) + bytes_field_length(scope_spans);
        let mut message = Vec::with_capacity(bytes_field_length(resource_spans));
        message.head(1, resource_spans);
        message.bytes(1, &resource);
        message.head(2, scope_spans);
        message.bytes(1, &scope);
        message.extend(self.spans.drain(..taken));
        message
    }

    fn trace(&mut self) {
        let start = self.next_start();
        self.traces_done += 1;
        let mut trace = TraceWriter {
            random: &mut self.random,
            scratch: &mut self.scratch,
            out: &mut self.spans,
            lengths: &mut self.lengths,
            scale: (self.shape.span_bytes as f64 - FIXED_SPAN_BYTES).max(0.0) / NATURAL_TEXT_BYTES,
            trace_id: [0; 16],
        };
        trace.write(start);
    }
}

impl Iterator for Generator {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        while self.lengths.len() < self.shape.batch && self.traces_done < self.traces() {
            self.trace();
        }
        let waiting = self.lengths.len();
        let count = if self.shape.split_traces { waiting.min(self.shape.batch) } else { waiting };
        (count > 0).then(|| self.request(count))
    }
}

/// The head of a span.
struct Head {
    id: [u8; 8],
    parent: Option<[u8; 8]>,
    name: &'static str,
    kind: u64,
    start: u64,
    end: u64,
}

struct TraceWriter<'g> {
    random: &'g mut Random,
    scratch: &'g mut Scratch,
    out: &'g mut Vec<u8>,
    lengths: &'g mut std::collections::VecDeque<usize>,
    scale: f64,
    trace_id: [u8; 16],
}

impl TraceWriter<'_> {
    fn write(&mut self, start: u64) {
        self.trace_id = self.random.id();
        let root = self.random.id();
        let (session, user) = (self.random.below(20_000), self.random.below(5_000));
        let duration = self.random.lognormal(20.5, 0.8) as u64;
        let failed = self.random.chance(0.02);
        let end = start + duration;
        self.begin(&Head { id: root, parent: None, name: "POST /chat", kind: KIND_SERVER, start, end });
        self.attribute("session.id", &format!("s{session:06}"));
        self.attribute("user.id", &format!("u{user:05}"));
        self.attribute("http.request.method", "POST");
        self.attribute("http.route", "/chat");
        int_attribute(&mut self.scratch.span, "http.response.status_code", if failed { 500 } else { 200 });
        self.end(failed);
        let (mut current, step) = (root, duration / SPANS_PER_TRACE);
        for (index, (name, kind, parent)) in STEPS.into_iter().enumerate() {
            let id = self.random.id();
            let is_model_call = kind == "LLM";
            let start = start + index as u64 * step;
            let head = Head {
                id,
                parent: Some(if parent == Parent::Root { root } else { current }),
                name,
                kind: if is_model_call { KIND_CLIENT } else { KIND_INTERNAL },
                start,
                end: start + step,
            };
            self.begin(&head);
            self.attribute("openinference.span.kind", kind);
            if is_model_call {
                self.model_call();
            } else {
                self.step();
            }
            let failed = failed && index == STEPS.len() - 1;
            if failed {
                self.exception(head.end);
            }
            self.end(failed);
            if OPENING_STEPS.contains(&index) {
                current = id;
            }
        }
    }

    fn begin(&mut self, head: &Head) {
        let span = &mut self.scratch.span;
        span.clear();
        span.bytes(1, &self.trace_id);
        span.bytes(2, &head.id);
        if let Some(parent) = &head.parent {
            span.bytes(4, parent);
        }
        span.text(5, head.name);
        span.uint(6, head.kind);
        span.fixed64(7, head.start);
        span.fixed64(8, head.end);
    }

    fn end(&mut self, failed: bool) {
        let span = &mut self.scratch.span;
        if failed {
            let mut status = Vec::with_capacity(24);
            status.text(2, "upstream timed out");
            status.uint(3, STATUS_ERROR);
            span.bytes(15, &status);
        }
        span.fixed32(16, FLAGS);
        let before = self.out.len();
        self.out.bytes(2, span);
        self.lengths.push_back(self.out.len() - before);
    }

    fn model_call(&mut self) {
        let (provider, model) = self.random.pick(MODELS);
        let (input, output) = (self.random.between(50, 4000), self.random.between(5, 800));
        self.attribute("gen_ai.provider.name", provider);
        self.attribute("gen_ai.operation.name", "chat");
        self.attribute("gen_ai.request.model", model);
        self.attribute("llm.model_name", model);
        let span = &mut self.scratch.span;
        int_attribute(span, "gen_ai.usage.input_tokens", input);
        int_attribute(span, "gen_ai.usage.output_tokens", output);
        int_attribute(span, "llm.token_count.prompt", input);
        int_attribute(span, "llm.token_count.completion", output);
        self.attribute("llm.input_messages.0.message.role", "system");
        self.words("llm.input_messages.0.message.content", 400);
        self.attribute("llm.input_messages.1.message.role", "user");
        let length = self.random.between(200, 3000);
        self.words("llm.input_messages.1.message.content", length);
        self.attribute("llm.output_messages.0.message.role", "assistant");
        let length = self.random.between(100, 1500);
        self.words("llm.output_messages.0.message.content", length);
        double_attribute(&mut self.scratch.span, "gen_ai.request.temperature", 0.2);
    }

    fn step(&mut self) {
        self.words("input.value", 300);
        self.words("output.value", 300);
        let hit = self.random.chance(0.7);
        bool_attribute(&mut self.scratch.span, "cache.hit", hit);
    }

    fn exception(&mut self, time: u64) {
        let event = &mut self.scratch.event;
        event.clear();
        event.fixed64(1, time);
        event.text(2, "exception");
        text_attribute(event, 3, "exception.type", "TimeoutError");
        text_attribute(event, 3, "exception.message", "upstream timed out");
        text_attribute(event, 3, "exception.stacktrace", "Traceback (most recent call last): ...");
        text_attribute(event, 3, "exception.escaped", "False");
        self.scratch.span.bytes(11, event);
    }

    fn attribute(&mut self, key: &str, value: &str) {
        text_attribute(&mut self.scratch.span, 9, key, value);
    }

    /// An attribute of random words, about `length` characters long at natural size.
    fn words(&mut self, key: &str, length: u64) {
        let count = (((length / 6) as f64 * self.scale) as u64).max(1);
        let text = &mut self.scratch.text;
        text.clear();
        for index in 0..count {
            if index > 0 {
                text.push(' ');
            }
            text.push_str(self.random.pick(WORDS));
        }
        text_attribute(&mut self.scratch.span, 9, key, text);
    }
}

/// A `KeyValue` in field `field`: 1 key, 2 value (an `AnyValue`: 1 string, 2 bool, 3 int, 4 double).
fn text_attribute(out: &mut Vec<u8>, field: u32, key: &str, value: &str) {
    let any = bytes_field_length(value.len());
    attribute_head(out, field, key, any);
    out.text(1, value);
}

fn int_attribute(out: &mut Vec<u8>, key: &str, value: u64) {
    attribute_head(out, 9, key, 1 + varint_length(value));
    out.uint(3, value);
}

fn bool_attribute(out: &mut Vec<u8>, key: &str, value: bool) {
    attribute_head(out, 9, key, 2);
    out.uint(2, u64::from(value));
}

fn double_attribute(out: &mut Vec<u8>, key: &str, value: f64) {
    attribute_head(out, 9, key, 9);
    out.fixed64(4, value.to_bits());
}

fn attribute_head(out: &mut Vec<u8>, field: u32, key: &str, any_value: usize) {
    out.head(field, bytes_field_length(key.len()) + bytes_field_length(any_value));
    out.text(1, key);
    out.head(2, any_value);
}

#[cfg(test)]
mod tests;
