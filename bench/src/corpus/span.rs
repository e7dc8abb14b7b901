//! One span of an LLM application at a time, and the spans that wait for their request.

use std::collections::VecDeque;

use super::attribute::{OF_SPAN, bool_attribute, double_attribute, int_attribute, text_attribute};
use super::random::Random;
use super::wire::{Wire, bytes_field_length};

/// Mean bytes of a span that do not grow with its texts: ids, times, names, numbers.
const FIXED_SPAN_BYTES: f64 = 290.0;
/// Mean bytes of a span's texts at their natural length.
const NATURAL_TEXT_BYTES: f64 = 1110.0;

const WORDS: &[&str] = &[
    "the", "of", "agent", "plan", "route", "hidden", "gem", "cafe", "dive", "reef", "trip", "budget",
    "answer", "search", "result", "score", "reason", "tool", "call", "user", "asks", "about", "best",
    "quiet", "spot", "near", "river", "with", "good", "coffee", "and", "late", "opening", "hours",
];

pub(super) const KIND_INTERNAL: u64 = 1;
pub(super) const KIND_SERVER: u64 = 2;
pub(super) const KIND_CLIENT: u64 = 3;
const STATUS_ERROR: u64 = 2;
/// Trace flags: the context is known not to be remote.
const FLAGS: u32 = 256;

/// The head of a span.
pub(super) struct Head<'h> {
    pub(super) trace_id: [u8; 16],
    pub(super) id: [u8; 8],
    pub(super) parent: Option<[u8; 8]>,
    pub(super) name: &'h str,
    pub(super) kind: u64,
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Writes a span into buffers that are used again.
pub(super) struct SpanWriter {
    pub(super) random: Random,
    span: Vec<u8>,
    text: String,
    event: Vec<u8>,
    /// Length of texts, 1 = natural.
    scale: f64,
}

impl SpanWriter {
    pub(super) fn new(seed: u64, span_bytes: u64) -> Self {
        Self {
            random: Random::new(seed),
            span: Vec::new(),
            text: String::new(),
            event: Vec::new(),
            scale: (span_bytes as f64 - FIXED_SPAN_BYTES).max(0.0) / NATURAL_TEXT_BYTES,
        }
    }

    pub(super) fn begin(&mut self, head: &Head<'_>) {
        let span = &mut self.span;
        span.clear();
        span.bytes(1, &head.trace_id);
        span.bytes(2, &head.id);
        if let Some(parent) = &head.parent {
            span.bytes(4, parent);
        }
        span.text(5, head.name);
        span.uint(6, head.kind);
        span.fixed64(7, head.start);
        span.fixed64(8, head.end);
    }

    pub(super) fn end(&mut self, failed: bool, out: &mut Pending) {
        let span = &mut self.span;
        if failed {
            let mut status = Vec::with_capacity(24);
            status.text(2, "upstream timed out");
            status.uint(3, STATUS_ERROR);
            span.bytes(15, &status);
        }
        span.fixed32(16, FLAGS);
        out.push(span);
    }

    pub(super) fn attribute(&mut self, key: &str, value: &str) {
        text_attribute(&mut self.span, OF_SPAN, key, value);
    }

    pub(super) fn int(&mut self, key: &str, value: u64) {
        int_attribute(&mut self.span, key, value);
    }

    /// A model call with its usage, prompt and answer.
    pub(super) fn model_call(&mut self, provider: &str, model: &str) {
        let (input, output) = (self.random.between(50, 4000), self.random.between(5, 800));
        self.attribute("gen_ai.provider.name", provider);
        self.attribute("gen_ai.operation.name", "chat");
        self.attribute("gen_ai.request.model", model);
        self.attribute("llm.model_name", model);
        self.int("gen_ai.usage.input_tokens", input);
        self.int("gen_ai.usage.output_tokens", output);
        self.int("llm.token_count.prompt", input);
        self.int("llm.token_count.completion", output);
        self.attribute("llm.input_messages.0.message.role", "system");
        self.words("llm.input_messages.0.message.content", 400);
        self.attribute("llm.input_messages.1.message.role", "user");
        let length = self.random.between(200, 3000);
        self.words("llm.input_messages.1.message.content", length);
        self.attribute("llm.output_messages.0.message.role", "assistant");
        let length = self.random.between(100, 1500);
        self.words("llm.output_messages.0.message.content", length);
        double_attribute(&mut self.span, "gen_ai.request.temperature", 0.2);
    }

    /// Input and output of any other step.
    pub(super) fn step(&mut self) {
        self.words("input.value", 300);
        self.words("output.value", 300);
        let hit = self.random.chance(0.7);
        bool_attribute(&mut self.span, "cache.hit", hit);
    }

    pub(super) fn exception(&mut self, time: u64, kind: &str) {
        let event = &mut self.event;
        event.clear();
        event.fixed64(1, time);
        event.text(2, "exception");
        text_attribute(event, 3, "exception.type", kind);
        text_attribute(event, 3, "exception.message", "upstream timed out");
        text_attribute(event, 3, "exception.stacktrace", "Traceback (most recent call last): ...");
        text_attribute(event, 3, "exception.escaped", "False");
        self.span.bytes(11, event);
    }

    /// An attribute of random words, about `length` characters long at natural size.
    fn words(&mut self, key: &str, length: u64) {
        let count = (((length / 6) as f64 * self.scale) as u64).max(1);
        let text = &mut self.text;
        text.clear();
        for index in 0..count {
            if index > 0 {
                text.push(' ');
            }
            text.push_str(self.random.pick(WORDS));
        }
        text_attribute(&mut self.span, OF_SPAN, key, text);
    }
}

/// Finished spans that no request has taken yet, oldest first.
#[derive(Default)]
pub(super) struct Pending {
    bytes: Vec<u8>,
    lengths: VecDeque<usize>,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    fn push(&mut self, span: &[u8]) {
        let before = self.bytes.len();
        self.bytes.bytes(2, span);
        self.lengths.push_back(self.bytes.len() - before);
    }

    /// Takes the oldest `count` spans as one request of `service`.
    pub(super) fn request(&mut self, count: usize, service: &str) -> Vec<u8> {
        let taken: usize = self.lengths.drain(..count).sum();
        let mut resource = Vec::new();
        text_attribute(&mut resource, 1, "service.name", service);
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
        message.extend(self.bytes.drain(..taken));
        message
    }
}
