//! Adding to a row, against computing the whole.

use std::collections::BTreeMap;

use junjo_span_model::{Role, SpanId, SpanStatus};
use junjo_wal::Sequence;
use proptest::prelude::*;

use super::*;
use crate::row::{Origin, Place};

/// (id, parent or 0, start, what it is, session and user or none, model or none)
type Given = (u8, u8, u8, u8, u8, u8);

fn plain() -> SpanRow {
    let message = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
    let span = junjo_span_model::decode_span(&message).unwrap().unwrap();
    let (resource, scope) = (junjo_span_model::Resource::default(), junjo_span_model::Scope::default());
    let promoted =
        junjo_span_model::promote(&resource, &scope, &span, junjo_span_model::PriceTable::bundled());
    let place = Place { sequence: Sequence(1), ordinal: 0 };
    SpanRow::new(Origin { place, project: "default" }, &span, promoted)
}

fn row(place: Place, (id, parent, start, kind, who, model): Given) -> SpanRow {
    let text = |number: u8| (number > 0).then(|| number.to_string());
    let is_call = kind == 1;
    SpanRow {
        span_id: SpanId([id + 1; 8]),
        parent_span_id: (parent > 0).then_some(SpanId([parent; 8])),
        start_unix_nano: i64::from(start),
        duration_nanos: i64::from(start % 7),
        name: format!("{id} {kind}"),
        service: format!("service {}", id % 3),
        status: if kind == 2 { SpanStatus::Error } else { SpanStatus::Unset },
        role: [None, Some(Role::Llm), None, Some(Role::Agent)][usize::from(kind)],
        is_model_call: is_call,
        input_tokens: is_call.then_some(i64::from(start) * 100),
        cost_usd: (is_call && model == 1).then_some(f64::from(start) / 3.0),
        session_id: text(who / 3),
        user_id: text(who % 3),
        input_preview: (is_call || parent == 0).then(|| text(who % 2)).flatten(),
        output_preview: (is_call || parent == 0).then(|| text(model)).flatten(),
        model: text(model),
        place,
        ..plain()
    }
}

fn given() -> impl Strategy<Value = Given> {
    // few calls: with more than one nothing can be added for certain
    let kind = prop_oneof![6 => Just(0_u8), 1 => Just(1), 2 => Just(2), 2 => Just(3)];
    (0_u8..40, 0_u8..45, 0_u8..50, kind, prop_oneof![2 => Just(0_u8), 1 => 0_u8..9], 0_u8..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Scenario: batches of spans in any order, with duplicates. Guarantee: a row that is said to be exact is the one that
    /// is computed from all spans, and what is counted is right in any case.
    #[test]
    fn exact_rows_are_those_of_the_whole(batches in prop::collection::vec(prop::collection::vec(given(), 1..6), 2..8)) {
        let mut stored: BTreeMap<SpanId, SpanRow> = BTreeMap::new();
        let mut known: Option<TraceRow> = None;
        for (sequence, batch) in (1..).zip(batches) {
            let mut arrived: BTreeMap<SpanId, SpanRow> = BTreeMap::new();
            for (ordinal, given) in (0..).zip(batch) {
                let row = row(Place { sequence: Sequence(sequence), ordinal }, given);
                arrived.insert(row.span_id, row);
            }
            let before = stored.clone();
            stored.extend(arrived.clone());
            let whole = TraceRow::of(&stored.values().collect::<Vec<_>>()).unwrap();
            if let Some(known) = &known {
                let has_child = |id: &SpanId| before.values().any(|row| row.parent_span_id == Some(*id));
                let changed = known.changed(&Changes {
                    new: arrived.values().collect(),
                    replaced: arrived.keys().filter_map(|id| before.get(id)).collect(),
                    shown: before.get(&known.root_span_id),
                    may_have_children: arrived.keys().any(has_child),
                });
                if changed.is_exact {
                    prop_assert_eq!(&changed.row, &whole);
                }
                let counts = |row: &TraceRow| (row.span_count, row.error_count, row.workflow_count, row.newest_sequence);
                prop_assert_eq!(counts(&changed.row), counts(&whole));
            }
            known = Some(whole);
        }
    }
}

/// Scenario: a leaf arrives in a trace with several calls; the first call arrives; a second one; a span above calls. Guarantee:
/// the former two are added for certain, the others are not, so that the test above compares something.
#[test]
fn certain_are_leaves_and_the_first_call() {
    let at = |ordinal| Place { sequence: Sequence(1), ordinal };
    let changed = |stored: &[SpanRow], new: SpanRow, may_have_children| {
        let row = TraceRow::of(&stored.iter().collect::<Vec<_>>()).unwrap();
        let shown = stored.iter().find(|stored| stored.span_id == row.root_span_id);
        row.changed(&Changes { new: vec![&new], replaced: Vec::new(), shown, may_have_children }).is_exact
    };
    let root = row(at(0), (0, 0, 1, 0, 0, 0));
    let (call, other) = (row(at(1), (1, 1, 2, 1, 0, 0)), row(at(2), (2, 1, 3, 1, 0, 0)));
    let leaf = row(at(3), (3, 1, 4, 0, 0, 0));
    let none = std::slice::from_ref(&root);
    let two = [root.clone(), call.clone(), other.clone()];
    assert!(changed(none, leaf.clone(), true));
    assert!(changed(none, call.clone(), true));
    assert!(changed(&two, leaf.clone(), false));
    assert!(!changed(&two, leaf, true));
    assert!(!changed(&two[..2], other, false));
}
