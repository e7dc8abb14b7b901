//! Which spans of a trace count: several of them may report the same tokens. Pure, linear in the number of spans.
//!
//! The rule, for model calls of one kind (language model or embedding), from the innermost outwards:
//!
//! | a call above others | counts |
//! |---|---|
//! | repeats what lies below: its tokens are about the sum of the calls below, or those of one of them | the one that says more, else the inner one |
//! | says other tokens than lie below | both |
//! | has tokens, the call below has none | the outer one; the inner one as well when an agent or a tool lies between, or another model is named |
//! | has none, the call below has or may have | the inner one; the outer one as well when an agent or a tool lies between |
//!
//! A span that is no model call, such as an agent's, counts when it has tokens and nothing below it has any. It also counts,
//! instead of those below, where it has more and a call below says nothing: its sum then has what that call kept to itself.

use ahash::AHashMap;
use junjo_span_model::{Role, SpanId};

use crate::row::SpanRow;

/// Parts of a whole that may differ between two reports of the same tokens, because one of them is an estimate.
const TOLERANCE: i64 = 50;

/// Whether each of `spans` counts. Those that are no model call and have no tokens do not.
pub(super) fn counted(spans: &[&SpanRow]) -> Vec<bool> {
    let mut counted: Vec<bool> = spans.iter().map(|row| row.may_count()).collect();
    if counted.iter().filter(|counts| **counts).count() < 2 {
        return counted;
    }
    let inner_first = Order::of(spans);
    for kind in [Kind::Language, Kind::Embedding] {
        let above = inner_first.nearest(spans, kind);
        let mut below: Vec<Vec<Below>> = vec![Vec::new(); spans.len()];
        let mut sums = vec![Sum::default(); spans.len()];
        for &i in &inner_first.spans {
            if Kind::of(spans[i]) != Some(kind) {
                continue;
            }
            sums[i] = decide(spans, i, &below, &sums, &mut counted);
            if let Some(nearest) = above[i] {
                below[nearest.span].push(Below { span: i, is_apart: nearest.is_apart });
            }
        }
    }
    counted
}

/// What takes part in the comparison: model calls by kind; whatever else has tokens stands with language models.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Language,
    Embedding,
}

impl Kind {
    fn of(row: &SpanRow) -> Option<Self> {
        match row.role {
            Some(Role::Embedding) => Some(Self::Embedding),
            _ => row.may_count().then_some(Self::Language),
        }
    }
}

/// A span that reports, with no other one of its kind between it and the one above.
#[derive(Clone, Copy)]
struct Below {
    span: usize,
    /// Whether an agent or a tool lies between.
    is_apart: bool,
}

/// Tokens of one or several spans.
#[derive(Clone, Copy, Default)]
struct Sum {
    input: Option<i64>,
    output: Option<i64>,
    /// Parts that some leave out of input and output.
    cached: i64,
    written: i64,
    reasoning: i64,
    /// Whether any of the spans has a cost.
    has_cost: bool,
    /// How much is said about the tokens.
    facts: u8,
    /// Whether a call that did not fail says nothing about its tokens, so that they are missing here.
    is_partial: bool,
}

impl Sum {
    fn of(row: &SpanRow) -> Self {
        let known = [row.cached_input_tokens, row.cache_write_tokens, row.reasoning_tokens];
        Self {
            input: row.input_tokens,
            output: row.output_tokens,
            cached: row.cached_input_tokens.unwrap_or(0),
            written: row.cache_write_tokens.unwrap_or(0),
            reasoning: row.reasoning_tokens.unwrap_or(0),
            has_cost: row.cost_usd.is_some(),
            facts: known.iter().flatten().count() as u8,
            is_partial: row.is_model_call && !has_tokens(row) && !row.is_error(),
        }
    }

    fn add(&mut self, other: &Self) {
        let plus = |own: Option<i64>, other: Option<i64>| match (own, other) {
            (Some(own), Some(other)) => Some(own.saturating_add(other)),
            (own, other) => own.or(other),
        };
        self.input = plus(self.input, other.input);
        self.output = plus(self.output, other.output);
        self.cached = self.cached.saturating_add(other.cached);
        self.written = self.written.saturating_add(other.written);
        self.reasoning = self.reasoning.saturating_add(other.reasoning);
        self.has_cost |= other.has_cost;
        self.facts = self.facts.max(other.facts);
        self.is_partial |= other.is_partial;
    }

    fn total(parts: impl Iterator<Item = Self>) -> Self {
        parts.fold(Self::default(), |mut sum, part| {
            sum.add(&part);
            sum
        })
    }

    fn has_tokens(&self) -> bool {
        self.input.is_some() || self.output.is_some()
    }

    /// Whether it has what `other` has, and more.
    fn exceeds(&self, other: &Self) -> bool {
        let has = |own: Option<i64>, other: Option<i64>| own.unwrap_or(0) >= other.unwrap_or(0);
        has(self.input, other.input) && has(self.output, other.output) && !self.repeats(other)
    }

    /// Whether both report the same tokens: whatever both say is about equal.
    fn repeats(&self, other: &Self) -> bool {
        let (cached, written) = (self.cached.max(other.cached), self.written.max(other.written));
        let cached = [0, cached, written, cached.saturating_add(written)];
        let inputs = self.input.zip(other.input).map(|(a, b)| about(a, b, &cached));
        let reasoning = [0, self.reasoning.max(other.reasoning)];
        let outputs = self.output.zip(other.output).map(|(a, b)| about(a, b, &reasoning));
        match (inputs, outputs) {
            (None, None) => false,
            (inputs, outputs) => inputs.unwrap_or(true) && outputs.unwrap_or(true),
        }
    }

    /// How much is known of input and output.
    fn tokens_known(&self) -> usize {
        usize::from(self.input.is_some()) + usize::from(self.output.is_some())
    }
}

/// Whether the two are about equal, or differ by one of `parts` that one of them leaves out.
fn about(a: i64, b: i64, parts: &[i64]) -> bool {
    let (less, more) = (a.min(b), a.max(b));
    parts.iter().any(|part| more.abs_diff(less.saturating_add(*part)) <= (more / TOLERANCE).unsigned_abs())
}

impl SpanRow {
    /// Whether the span is a model call or has tokens of its own, so that it may count.
    pub(super) fn may_count(&self) -> bool {
        self.is_model_call || has_tokens(self)
    }
}

fn has_tokens(row: &SpanRow) -> bool {
    row.input_tokens.is_some() || row.output_tokens.is_some()
}

/// Decides about span `i`, whose inner ones are decided; returns what counts of it and of all below.
fn decide(spans: &[&SpanRow], i: usize, all_below: &[Vec<Below>], sums: &[Sum], counted: &mut [bool]) -> Sum {
    let below = &all_below[i];
    let own = Sum::of(spans[i]);
    let inner = Sum::total(below.iter().map(|below| sums[below.span]));
    let mut both = own;
    both.add(&inner);
    if !spans[i].is_model_call {
        if inner.has_tokens() && inner.is_partial && own.exceeds(&inner) {
            stand_for_all_below(spans, i, all_below, counted);
            return Sum { is_partial: false, ..own };
        }
        counted[i] = !inner.has_tokens();
        return if counted[i] { Sum { is_partial: false, ..both } } else { inner };
    }
    if !own.has_tokens() {
        return decide_silent(spans, i, below, inner, counted);
    }
    if let Some(same) = repeated(spans, &own, &inner, below) {
        let is_counted = same.spans.iter().all(|below| counted[below.span]);
        if !(is_counted && same.says_less_than(&own)) {
            counted[i] = false;
            return inner;
        }
        for below in same.spans {
            counted[below.span] = false;
        }
        // either all of those below or one of them
        let others = if same.spans.len() == below.len() { &[][..] } else { below };
        let others = others.iter().filter(|other| other.span != same.spans[0].span);
        return Sum::total(std::iter::once(own).chain(others.map(|below| sums[below.span])));
    }
    // calls without tokens below one with tokens are the same call, seen by the client's library
    let is_same = |other: &Below| {
        let row = spans[other.span];
        let is_silent = row.is_model_call && !has_tokens(row) && !sums[other.span].has_tokens();
        is_silent && !other.is_apart && same_model(spans[i], row)
    };
    let mut echoes: Vec<&Below> = below.iter().filter(|other| is_same(other)).collect();
    while let Some(echo) = echoes.pop() {
        counted[echo.span] = false;
        echoes.extend(all_below[echo.span].iter().filter(|other| is_same(other)));
    }
    let is_partial = below.iter().any(|other| !is_same(other) && sums[other.span].is_partial);
    Sum { is_partial, ..both }
}

/// Span `i` counts for the tokens of everything below it; calls without tokens stay calls. What lies below a span that
/// stands for it already is not visited again.
fn stand_for_all_below(spans: &[&SpanRow], i: usize, all_below: &[Vec<Below>], counted: &mut [bool]) {
    let mut hidden: Vec<usize> = all_below[i].iter().map(|below| below.span).collect();
    while let Some(span) = hidden.pop() {
        let stands_for_others = counted[span] && !spans[span].is_model_call;
        if has_tokens(spans[span]) {
            counted[span] = false;
        }
        if !stands_for_others {
            hidden.extend(all_below[span].iter().map(|below| below.span));
        }
    }
    counted[i] = true;
}

/// A model call that says nothing about tokens.
fn decide_silent(spans: &[&SpanRow], i: usize, below: &[Below], inner: Sum, counted: &mut [bool]) -> Sum {
    let near = below.iter().filter(|below| !below.is_apart && spans[below.span].is_model_call);
    if near.clone().next().is_none() {
        return Sum { is_partial: inner.is_partial || Sum::of(spans[i]).is_partial, ..inner };
    }
    if spans[i].cost_usd.is_some() && !inner.has_tokens() && !inner.has_cost {
        near.for_each(|below| counted[below.span] = false);
        return Sum { has_cost: true, ..inner };
    }
    counted[i] = false;
    inner
}

/// Spans below that report together what the one above reports.
struct Same<'b> {
    spans: &'b [Below],
    sum: Sum,
    /// Whether none of them is a model call, so that the call above is the one that counts.
    is_no_call: bool,
}

impl Same<'_> {
    /// Several calls are told apart by no wrapper, so that parts of a count alone do not speak for it.
    fn says_less_than(&self, own: &Sum) -> bool {
        let facts = |sum: &Sum| if self.spans.len() == 1 { sum.facts } else { 0 };
        let says = |sum: &Sum| (sum.tokens_known(), sum.has_cost, facts(sum));
        self.is_no_call || says(own) > says(&self.sum)
    }
}

fn repeated<'b>(spans: &[&SpanRow], own: &Sum, inner: &Sum, below: &'b [Below]) -> Option<Same<'b>> {
    let same = |group: &'b [Below], sum: Sum| {
        let is_no_call = group.iter().all(|below| !spans[below.span].is_model_call);
        own.repeats(&sum).then_some(Same { spans: group, sum, is_no_call })
    };
    let reported = Sum::total(below.iter().map(|below| Sum::of(spans[below.span])));
    same(below, reported)
        .or_else(|| same(below, *inner))
        .or_else(|| below.chunks(1).find_map(|one| same(one, Sum::of(spans[one[0].span]))))
}

/// Whether two names may mean the same model: one of them may be dated, and have its vendor in front.
fn same_model(a: &SpanRow, b: &SpanRow) -> bool {
    let (Some(a), Some(b)) = (&a.model, &b.model) else {
        return true;
    };
    let bare = |model: &str| model.rsplit(['/', ':']).next().unwrap_or(model).to_ascii_lowercase();
    let (a, b) = (bare(a), bare(b));
    a.contains(&b) || b.contains(&a)
}

/// Spans with their inner ones before them. Spans in a circle of parents stand last, as if they had no parent.
struct Order {
    spans: Vec<usize>,
    parents: Vec<Option<usize>>,
}

/// The nearest span of a kind above another one.
#[derive(Clone, Copy)]
struct Nearest {
    span: usize,
    is_apart: bool,
}

impl Order {
    fn of(spans: &[&SpanRow]) -> Self {
        let by_id: AHashMap<SpanId, usize> =
            spans.iter().enumerate().map(|(i, row)| (row.span_id, i)).collect();
        let parent = |row: &&SpanRow| row.parent_span_id.and_then(|id| by_id.get(&id).copied());
        let mut parents: Vec<Option<usize>> = spans.iter().map(parent).collect();
        let mut open = vec![0_usize; spans.len()];
        parents.iter().flatten().for_each(|&parent| open[parent] += 1);
        let mut order: Vec<usize> = (0..spans.len()).filter(|&i| open[i] == 0).collect();
        let mut at = 0;
        while let Some(&i) = order.get(at) {
            at += 1;
            if let Some(parent) = parents[i] {
                open[parent] -= 1;
                if open[parent] == 0 {
                    order.push(parent);
                }
            }
        }
        for i in (0..spans.len()).filter(|&i| open[i] > 0) {
            parents[i] = None;
            order.push(i);
        }
        Self { spans: order, parents }
    }

    /// For each span the nearest one of `kind` above it.
    fn nearest(&self, spans: &[&SpanRow], kind: Kind) -> Vec<Option<Nearest>> {
        let mut nearest: Vec<Option<Nearest>> = vec![None; spans.len()];
        for &i in self.spans.iter().rev() {
            let Some(parent) = self.parents[i] else { continue };
            nearest[i] = if Kind::of(spans[parent]) == Some(kind) {
                Some(Nearest { span: parent, is_apart: false })
            } else {
                let is_boundary = matches!(spans[parent].role, Some(Role::Agent | Role::Tool));
                nearest[parent].map(|above| Nearest { is_apart: above.is_apart || is_boundary, ..above })
            };
        }
        nearest
    }
}

#[cfg(test)]
mod tests;
