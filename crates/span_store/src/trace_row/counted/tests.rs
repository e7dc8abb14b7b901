//! Who counts, case by case: spans as (id, parent, role, input, output), and the ids that count.

use super::*;
use crate::row::{Origin, Place};

/// (id, parent or 0, role, input, output), no tokens as -1.
type Given = (u64, u64, Role, i64, i64);

fn row((id, parent, role, input, output): Given) -> SpanRow {
    let tokens = |tokens: i64| (tokens >= 0).then_some(tokens);
    SpanRow {
        role: Some(role),
        is_model_call: role.is_model_call(),
        input_tokens: tokens(input),
        output_tokens: tokens(output),
        parent_span_id: (parent > 0).then(|| SpanId(parent.to_be_bytes())),
        span_id: SpanId(id.to_be_bytes()),
        model: Some("gpt-4o".to_owned()),
        place: Place { sequence: junjo_wal::Sequence(1), ordinal: i32::try_from(id).unwrap() },
        ..plain()
    }
}

fn plain() -> SpanRow {
    let message = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
    let span = junjo_span_model::decode_span(&message).unwrap().unwrap();
    let (resource, scope) = (junjo_span_model::Resource::default(), junjo_span_model::Scope::default());
    let promoted =
        junjo_span_model::promote(&resource, &scope, &span, junjo_span_model::PriceTable::bundled());
    let place = Place { sequence: junjo_wal::Sequence(1), ordinal: 0 };
    SpanRow::new(Origin { place, project: "default" }, &span, promoted)
}

fn ids(rows: &[SpanRow]) -> Vec<u64> {
    let rows: Vec<&SpanRow> = rows.iter().collect();
    let counted = counted(&rows);
    let counts = rows.iter().zip(counted).filter(|(_, counts)| *counts);
    counts.map(|(row, _)| u64::from_be_bytes(row.span_id.0)).collect()
}

fn check(name: &str, given: &[Given], expected: &[u64]) {
    let mut rows: Vec<SpanRow> = given.iter().map(|given| row(*given)).collect();
    assert_eq!(ids(&rows), expected, "{name}");
    rows.reverse();
    let mut reversed = ids(&rows);
    reversed.sort_unstable();
    assert_eq!(reversed, expected, "{name}, the other way round");
}

use Role::{Agent, Embedding, Llm, Tool};

/// Scenario: model calls above model calls, with the same tokens, with others, with some missing, with agents and tools
/// between. Guarantee: every token counts once, whatever the roles are.
#[test]
fn calls_above_calls_count_by_their_tokens() {
    check("repeats one", &[(1, 0, Llm, 100, 10), (2, 1, Llm, 100, 10)], &[2]);
    check("an estimate of one", &[(1, 0, Llm, 1000, 100), (2, 1, Llm, 1010, 100)], &[2]);
    check("repeats the sum", &[(1, 0, Llm, 300, 30), (2, 1, Llm, 100, 10), (3, 1, Llm, 200, 20)], &[2, 3]);
    check("three levels", &[(1, 0, Llm, 9, 3), (2, 1, Llm, 9, 3), (3, 2, Llm, 9, 3)], &[3]);
    check("other tokens", &[(1, 0, Llm, 500, 12), (2, 1, Llm, 220, 45)], &[1, 2]);
    check("larger below", &[(1, 0, Llm, 500, 12), (2, 1, Llm, 2200, 450)], &[1, 2]);
    check("same input only", &[(1, 0, Llm, 500, 12), (2, 1, Llm, 500, 45)], &[1, 2]);
    check(
        "a sub-agent in a tool",
        &[(1, 0, Llm, 500, 12), (2, 1, Tool, -1, -1), (3, 2, Agent, -1, -1), (4, 3, Llm, 220, 45)],
        &[1, 4],
    );
    check(
        "sum of all below and itself",
        &[(1, 0, Llm, 720, 57), (2, 1, Llm, 500, 12), (3, 2, Llm, 220, 45)],
        &[2, 3],
    );
    check(
        "a failed try without tokens, then one with them",
        &[(1, 0, Llm, 100, 10), (2, 1, Llm, -1, -1), (3, 1, Llm, 100, 10)],
        &[2, 3],
    );
    check(
        "two tries, the wrapper reports the last",
        &[(1, 0, Llm, 100, 10), (2, 1, Llm, 90, 0), (3, 1, Llm, 100, 10)],
        &[2, 3],
    );
    check("embeddings below", &[(1, 0, Llm, 100, 10), (2, 1, Embedding, 100, -1)], &[1, 2]);
    check("embeddings repeat", &[(1, 0, Embedding, 70, -1), (2, 1, Embedding, 70, -1)], &[2]);
    check("output missing below", &[(1, 0, Llm, 100, 10), (2, 1, Llm, 100, -1)], &[1]);
    check("output missing above", &[(1, 0, Llm, 100, -1), (2, 1, Llm, 100, 10)], &[2]);
}

/// Scenario: calls without tokens above and below others. Guarantee: the tokens that were reported count, one call counts
/// once, and one behind an agent or a tool, or of another model, is a call of its own.
#[test]
fn calls_without_tokens_hide_nothing() {
    check("streamed below", &[(1, 0, Llm, 900, 60), (2, 1, Llm, -1, -1)], &[1]);
    check("streamed below, twice", &[(1, 0, Llm, 900, 60), (2, 1, Llm, -1, -1), (3, 2, Llm, -1, -1)], &[1]);
    check("silent above", &[(1, 0, Llm, -1, -1), (2, 1, Llm, 900, 60)], &[2]);
    check("both silent", &[(1, 0, Llm, -1, -1), (2, 1, Llm, -1, -1)], &[2]);
    check("silent above only embeddings", &[(1, 0, Llm, -1, -1), (2, 1, Embedding, 9, -1)], &[1, 2]);
    check(
        "silent behind an agent",
        &[(1, 0, Llm, 900, 60), (2, 1, Agent, -1, -1), (3, 2, Llm, -1, -1)],
        &[1, 3],
    );
    check(
        "silent above an agent",
        &[(1, 0, Llm, -1, -1), (2, 1, Agent, -1, -1), (3, 2, Llm, 220, 45)],
        &[1, 3],
    );
    check(
        "a silent and another one below",
        &[(1, 0, Llm, 500, 12), (2, 1, Llm, -1, -1), (3, 1, Llm, 220, 45)],
        &[1, 3],
    );
    let mut other = [row((1, 0, Llm, 900, 60)), row((2, 1, Llm, -1, -1))];
    other[1].model = Some("claude-sonnet-4-5".to_owned());
    assert_eq!(ids(&other), [1, 2], "another model");
    other[1].model = Some("openai/gpt-4o-2024-08-06".to_owned());
    assert_eq!(ids(&other), [1], "the same model, dated and with its vendor");
}

/// Scenario: spans that are no model calls and have tokens. Guarantee: they count where nothing below has any.
#[test]
fn agents_count_where_nothing_below_does() {
    check("alone", &[(1, 0, Agent, 4200, 310), (2, 1, Tool, -1, -1)], &[1]);
    check("above a call", &[(1, 0, Agent, 4200, 310), (2, 1, Llm, 4200, 310)], &[2]);
    check("above less", &[(1, 0, Agent, 4200, 310), (2, 1, Llm, 200, 10)], &[2]);
    check("above a silent call", &[(1, 0, Agent, 4200, 310), (2, 1, Llm, -1, -1)], &[1, 2]);
    check("above embeddings", &[(1, 0, Agent, 4200, 310), (2, 1, Embedding, 50, -1)], &[1, 2]);
    check("above an agent", &[(1, 0, Agent, 42, 3), (2, 1, Agent, 42, 3), (3, 2, Tool, -1, -1)], &[2]);
    check("below a call that says the same", &[(1, 0, Llm, 42, 3), (2, 1, Agent, 42, 3)], &[1]);
    check("without tokens", &[(1, 0, Agent, -1, -1), (2, 1, Tool, -1, -1)], &[]);
    let streams = [(1, 0, Agent, 300, 30), (2, 1, Llm, 100, 10), (3, 1, Llm, -1, -1)];
    check("a sum over a call and a streamed one", &streams, &[1, 3]);
    check("less than one of its calls", &[(1, 0, Agent, 90, 30), streams[1], streams[2]], &[2, 3]);
    check("the sum, and a silent call", &[(1, 0, Agent, 100, 10), streams[1], streams[2]], &[2, 3]);
    let deep = [
        (1, 0, Agent, 900, 90),
        (2, 1, Tool, -1, -1),
        (3, 2, Agent, 300, 30),
        (4, 3, Llm, 100, 10),
        (5, 3, Llm, -1, -1),
    ];
    check("a sum over an agent that counts", &deep, &[3, 5]);
    check(
        "the same, and a streamed call of its own",
        &[&deep[..], &[(6, 1, Llm, -1, -1)]].concat(),
        &[1, 5, 6],
    );
    let mut failed = streams.map(row);
    failed[2].status = junjo_span_model::SpanStatus::Error;
    assert_eq!(ids(&failed), [2, 3], "a failed call has no tokens to be missed");
}

/// Scenario: the shapes that agents, tools, wrappers, tries and embeddings make of a trace. Guarantee: every token counts
/// once, from the innermost span that says it.
#[test]
fn usual_shapes_count_each_token_once() {
    let agent_and_tool = [
        (1, 0, Agent, 1250, 157),
        (2, 1, Llm, 500, 12),
        (3, 2, Tool, -1, -1),
        (4, 3, Agent, 250, 45),
        (5, 4, Llm, 250, 45),
        (6, 1, Llm, 500, 100),
    ];
    check("agent, call, tool, agent, call", &agent_and_tool, &[2, 5, 6]);
    check(
        "a wrapper's sum over a call and one in a tool",
        &[(1, 0, Llm, 300, 30), (2, 1, Llm, 100, 10), (3, 1, Tool, -1, -1), (4, 3, Llm, 200, 20)],
        &[2, 4],
    );
    check(
        "a wrapper over a wrapper over two calls",
        &[(1, 0, Llm, 300, 30), (2, 1, Llm, 300, 30), (3, 2, Llm, 100, 10), (4, 2, Llm, 200, 20)],
        &[3, 4],
    );
    check(
        "two agents' sums",
        &[
            (1, 0, Agent, 30, 3),
            (2, 1, Agent, 10, 1),
            (3, 2, Llm, 10, 1),
            (4, 1, Agent, 20, 2),
            (5, 4, Llm, 20, 2),
        ],
        &[3, 5],
    );
    check(
        "three tries, of which one answers",
        &[(1, 0, Llm, 100, 10), (2, 1, Llm, -1, -1), (3, 1, Llm, -1, -1), (4, 1, Llm, 100, 10)],
        &[2, 3, 4],
    );
    check(
        "embeddings in a wrapper of embeddings",
        &[(1, 0, Embedding, 50, -1), (2, 1, Embedding, 20, -1), (3, 1, Embedding, 30, -1)],
        &[2, 3],
    );
    check("embeddings below a call", &[(1, 0, Llm, 100, 10), (2, 1, Embedding, 50, -1)], &[1, 2]);
    check(
        "embeddings with the tokens of the call above",
        &[(1, 0, Llm, 50, 10), (2, 1, Embedding, 50, -1)],
        &[1, 2],
    );
    check(
        "the same call by three libraries",
        &[(1, 0, Llm, 100, 10), (2, 1, Llm, 100, 10), (3, 2, Llm, -1, -1)],
        &[2],
    );
    check("a tool that reports tokens", &[(1, 0, Llm, 100, 10), (2, 1, Tool, 40, 4)], &[1, 2]);
    check(
        "calls beside each other with the same tokens",
        &[(1, 0, Agent, -1, -1), (2, 1, Llm, 9, 3), (3, 1, Llm, 9, 3)],
        &[2, 3],
    );
    check("a parent that never arrived", &[(2, 1, Llm, 9, 3), (3, 1, Llm, -1, -1)], &[2, 3]);
    check("zero tokens are tokens", &[(1, 0, Llm, 0, 0), (2, 1, Llm, 100, 10)], &[1, 2]);
}

/// Scenario: a wrapper that counts cached tokens into the input over a call that does not, and the reverse; prices known
/// on one side. Guarantee: the same tokens count once, from the span that says more.
#[test]
fn parts_that_one_side_leaves_out_are_seen_through() {
    let mut rows = [row((1, 0, Llm, 10_000, 100)), row((2, 1, Llm, 1_000, 100))];
    rows[0].cached_input_tokens = Some(9_000);
    assert_eq!(ids(&rows), [1]);
    rows[0].cached_input_tokens = None;
    assert_eq!(ids(&rows), [1, 2]);
    rows[0].input_tokens = Some(1_000);
    (rows[1].input_tokens, rows[1].cached_input_tokens) = (Some(10_000), Some(9_000));
    assert_eq!(ids(&rows), [2]);
    let mut rows = [row((1, 0, Llm, 100, 10)), row((2, 1, Llm, 100, 10))];
    rows[0].cost_usd = Some(0.1);
    assert_eq!(ids(&rows), [1]);
    rows[1].cost_usd = Some(0.1);
    assert_eq!(ids(&rows), [2]);
}

/// Scenario: a chain of 100,000 calls, each below the other, equal and all different; spans that are each other's parents.
/// Guarantee: an answer without recursion, in linear time.
#[test]
fn long_chains_and_circles_have_an_answer() {
    let template = row((1, 0, Llm, 7, 3));
    let chain = |tokens: fn(u64) -> i64| -> Vec<SpanRow> {
        let link = |id: u64| SpanRow {
            span_id: SpanId(id.to_be_bytes()),
            parent_span_id: (id > 1).then(|| SpanId((id - 1).to_be_bytes())),
            input_tokens: Some(tokens(id)),
            ..template.clone()
        };
        (1..=100_000).map(link).collect()
    };
    assert_eq!(ids(&chain(|_| 7)), [100_000]);
    assert_eq!(ids(&chain(|id| if id % 2 == 0 { 7 } else { 7000 })).len(), 100_000);
    check("a circle", &[(1, 2, Llm, 7, 3), (2, 1, Llm, 7, 3), (3, 3, Llm, 1, 1)], &[1, 2, 3]);
    check("huge", &[(1, 0, Llm, i64::MAX, i64::MAX), (2, 1, Llm, i64::MAX, i64::MAX)], &[2]);
}
