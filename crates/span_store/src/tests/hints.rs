//! What only log records say about a span decides wherever its promoted fields are asked for, in scans and exports too.

use junjo_span_model::Role;

use super::logs::inference;
use super::upkeep::exported;
use super::*;
use crate::{Field, SpanExpr, SpanFilter, StatsQuery, StatsSubject};

fn filter(text: &str) -> SpanFilter {
    SpanFilter { expr: Some(SpanExpr::parse(text).unwrap()), ..SpanFilter::default() }
}

async fn found(f: &Fixture, filter: &SpanFilter) -> Vec<u8> {
    let page = f.store.spans(filter, 100, None).await.unwrap();
    assert_eq!((page.next, page.incomplete), (None, None));
    page.items.iter().map(|row| row.span_id.0[7]).collect()
}

fn tagged(span: Span) -> Span {
    Span { attributes: vec![attribute("x.tag", Value::StringValue("yes".into()))], ..span }
}

/// Model calls by what they say themselves.
fn call(span: Span) -> Span {
    let mut span = tagged(span);
    for (key, value) in [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "own")] {
        span.attributes.push(attribute(key, Value::StringValue(value.into())));
    }
    span
}

/// Span 2 is a model call that only its log record says so; 3 says so itself; 4 is none.
async fn store_with_hints() -> Fixture {
    let f = Fixture::new().await;
    f.send(vec![
        span(1, 1, None),
        tagged(span(1, 2, Some(1))),
        call(span(1, 3, Some(1))),
        tagged(span(1, 4, Some(1))),
    ])
    .await;
    f.send_logs(vec![inference()]).await;
    f
}

/// Scenario: filters on promoted fields beside attributes and texts, joined by and, or and not, of a span whose log record
/// says what it is, in the wal and in the archive. Guarantee: what the index says decides.
#[tokio::test]
async fn filters_with_attributes_see_what_log_records_say() {
    let f = store_with_hints().await;
    let text = |expr: &str| SpanFilter { text: Some("YES".into()), text_in_payload: true, ..filter(expr) };
    for is_sealed in [false, true] {
        if is_sealed {
            f.seal().await.unwrap();
            f.wait_for_trim().await;
        }
        for (expr, expected) in [
            ("model = 'gpt-4o' and attributes.x.tag = yes", vec![2]),
            ("role = llm and attributes.x.tag = yes", vec![3, 2]),
            ("not (role = llm) and attributes.x.tag = yes", vec![4]),
            ("role != llm and not attributes.x.tag = yes", vec![1]),
            ("model = 'gpt-4o' or attributes.gen_ai.request.model = own", vec![3, 2]),
            ("not (model = 'gpt-4o' or attributes.gen_ai.request.model = own)", vec![4, 1]),
            ("is_model_call = true and cost_usd exists and attributes.x.tag exists", vec![2]),
            ("total_tokens = 1010 and provider = openai and attributes.x.tag exists", vec![2]),
            ("session_id = 'c-1' and attributes.x.tag exists", vec![2]),
        ] {
            assert_eq!(found(&f, &filter(expr)).await, expected, "{expr}, sealed: {is_sealed}");
        }
        assert_eq!(found(&f, &text("role = llm")).await, [3, 2]);
        let traces = TraceFilter {
            span: filter("model = 'gpt-4o' and attributes.x.tag = yes").expr,
            ..TraceFilter::default()
        };
        assert_eq!(f.store.traces(&traces, 10, None).await.unwrap().items.len(), 1);
        let query = StatsQuery {
            subject: StatsSubject::Spans(filter("attributes.x.tag = yes and role = llm")),
            interval_nanos: None,
            group_by: vec![Field::named("model").unwrap(), Field::named("attributes.x.tag").unwrap()],
            groups_max: 10,
            ratio_of: None,
            measure: None,
        };
        let totals = f.store.stats(query).await.unwrap().totals;
        let groups: Vec<_> = totals.iter().map(|row| (row.group[0].as_deref(), row.input_tokens)).collect();
        assert_eq!(groups, [(Some("gpt-4o"), Some(1_000)), (Some("own"), None)]);
    }
}

/// Scenario: an export of such a span from the wal, from the archive, and after a restart. Guarantee: the exported row is the
/// index's; what was sent stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn exports_have_what_log_records_say() {
    let mut f = store_with_hints().await;
    for stage in ["tail", "archive", "restart"] {
        match stage {
            "archive" => drop(f.seal().await.unwrap()),
            "restart" => f = f.reopen().await,
            _ => {}
        }
        let spans = exported(&f.store);
        assert_eq!(spans.len(), 4);
        let row = &spans[1].row;
        assert_eq!(
            (row.role, row.model.as_deref(), row.input_tokens),
            (Some(Role::Llm), Some("gpt-4o"), Some(1_000))
        );
        assert!(row.cost_usd.is_some() && row.is_model_call, "{stage}");
        assert_eq!(spans[1].attributes, r#"{"x.tag":"yes"}"#);
        assert_eq!(spans[2].row.model.as_deref(), Some("own"));
        let page = f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap();
        assert!(page.spans.iter().eq(spans.iter().map(|span| &span.row)), "{stage}");
    }
}
