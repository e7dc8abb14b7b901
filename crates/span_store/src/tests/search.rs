//! Attribute filters, text search, statistics over attributes, and export: the same answers from log and archive.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    Field, IncompleteReason, SpanCursor, SpanExpr, SpanFilter, Stats, StatsQuery, StatsSubject, WholeSpan,
};

fn filter(text: &str) -> SpanFilter {
    SpanFilter { expr: Some(SpanExpr::parse(text).unwrap()), ..SpanFilter::default() }
}

fn search(text: &str) -> SpanFilter {
    SpanFilter { text: Some(text.to_owned()), text_in_payload: true, ..SpanFilter::default() }
}

fn with(mut span: Span, key: &str, value: Value) -> Span {
    span.attributes.push(attribute(key, value));
    span
}

fn route(span: Span, route: &str) -> Span {
    with(span, "http.route", Value::StringValue(route.into()))
}

/// Last bytes of the span ids that match, newest first.
async fn found(f: &Fixture, filter: &SpanFilter) -> Vec<u8> {
    let page = f.store.spans(filter, 100, None).await.unwrap();
    assert_eq!((page.next, page.incomplete), (None, None));
    page.items.iter().map(|row| row.span_id.0[7]).collect()
}

/// Scenario: spans in the archive, in the wal's tail, and one of each that a retry replaced with other attributes.
/// Guarantee: an attribute filter sees exactly the current spans, wherever they are.
#[tokio::test]
async fn spans_by_attribute_come_from_archive_and_tail() {
    let f = Fixture::new().await;
    f.send(vec![
        route(span(1, 1, None), "/a"),
        route(span(1, 2, Some(1)), "/b"),
        route(span(1, 3, Some(1)), "/a"),
    ])
    .await;
    assert!(f.seal().await.is_some());
    f.wait_for_trim().await;
    f.send(vec![route(span(2, 4, None), "/a"), route(span(1, 3, Some(1)), "/b")]).await;
    assert_eq!(found(&f, &filter("attributes.http.route = '/a'")).await, [4, 1]);
    assert_eq!(found(&f, &filter("attributes.http.route = '/b'")).await, [3, 2]);
    assert_eq!(found(&f, &filter("attributes.http.route = '/b' and name = 'span 2'")).await, [2]);
    assert_eq!(found(&f, &filter("not attributes.http.route exists")).await, [] as [u8; 0]);
    assert_eq!(found(&f, &filter("resource.service.name = checkout and is_root = true")).await, [4, 1]);
    assert!(f.seal().await.is_some());
    assert_eq!(found(&f, &filter("attributes.http.route = '/b'")).await, [3, 2]);
}

/// Scenario: words in a name, an attribute with quotes, an event and a status message. Guarantee: text search finds each
/// in any case, and the words of a replaced span are not found.
#[tokio::test]
async fn text_search_reads_names_and_payload() {
    let f = Fixture::new().await;
    let quoted = with(span(1, 1, None), "prompt", Value::StringValue("Say \"Hello\"\nWorld, ΟΔΟΣ".into()));
    let mut eventful = span(1, 2, Some(1));
    eventful.events.push(opentelemetry_proto::tonic::trace::v1::span::Event {
        name: "cache.miss".into(),
        ..Default::default()
    });
    let failed =
        Span { status: Some(Status { code: 2, message: "Disk on fire".into() }), ..span(1, 3, Some(1)) };
    f.send(vec![quoted, eventful, failed.clone()]).await;
    for sealed in [false, true] {
        if sealed {
            assert!(f.seal().await.is_some());
        }
        assert_eq!(found(&f, &search("SAY \"hello\"\nw")).await, [1]);
        assert_eq!(found(&f, &search("Cache.Miss")).await, [2]);
        assert_eq!(found(&f, &search("ON FIRE")).await, [3]);
        assert_eq!(found(&f, &search("Span 2")).await, [2]);
        assert_eq!(found(&f, &search("nothing like it")).await, [] as [u8; 0]);
        // lower case of Σ depends on where it stands for Rust, and not for DuckDB
        assert_eq!(found(&f, &search("ΟΔΟΣ")).await, [1]);
    }
    f.send(vec![Span { status: None, ..failed }]).await;
    assert_eq!(found(&f, &search("on fire")).await, [] as [u8; 0]);
    let names = |text| SpanFilter { text_in_payload: false, ..search(text) };
    assert_eq!(found(&f, &names("prompt")).await, [] as [u8; 0]);
    assert_eq!(
        found(&f, &SpanFilter { expr: filter("attributes.prompt exists").expr, ..names("SPAN 1") }).await,
        [1]
    );
    assert_eq!(
        found(&f, &SpanFilter { expr: filter("attributes.prompt exists").expr, ..names("span 2") }).await,
        [] as [u8; 0]
    );
}

async fn traces_found(f: &Fixture, filter: &TraceFilter) -> Vec<u8> {
    let page = f.store.traces(filter, 100, None).await.unwrap();
    assert_eq!(page.incomplete, None);
    page.items.iter().map(|row| row.trace_id.0[15]).collect()
}

/// Scenario: traces whose matching span is not the root, a text only in the root's name, and both conditions at once.
/// Guarantee: a trace matches when any of its spans does, and trace-level filters hold as well.
#[tokio::test]
async fn traces_by_attribute_and_text_match_any_span() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), route(span(1, 2, Some(1)), "/pay")]).await;
    f.send(vec![span(2, 1, None), route(span(2, 2, Some(1)), "/list")]).await;
    f.seal().await;
    f.send(vec![
        route(span(3, 1, None), "/pay"),
        with(span(3, 2, Some(1)), "note", Value::StringValue("refund".into())),
    ])
    .await;
    let pay = TraceFilter {
        span: Some(SpanExpr::parse("attributes.http.route = '/pay'").unwrap()),
        ..TraceFilter::default()
    };
    let text =
        |text: &str| TraceFilter { text: Some(text.into()), text_in_payload: true, ..TraceFilter::default() };
    assert_eq!(traces_found(&f, &pay).await, [3, 1]);
    assert_eq!(traces_found(&f, &text("Refund")).await, [3]);
    assert_eq!(traces_found(&f, &text("checkout")).await, [3, 2, 1]);
    assert_eq!(traces_found(&f, &TraceFilter { span: pay.span.clone(), ..text("refund") }).await, [3]);
    assert_eq!(
        traces_found(&f, &TraceFilter { span: pay.span.clone(), ..text("list") }).await,
        [] as [u8; 0]
    );
    let promoted =
        TraceFilter { span: Some(SpanExpr::parse("name = 'span 2'").unwrap()), ..TraceFilter::default() };
    assert_eq!(traces_found(&f, &promoted).await, [3, 2, 1]);
    let none = TraceFilter { service: Some("other".into()), ..pay };
    assert_eq!(traces_found(&f, &none).await, [] as [u8; 0]);
}

fn grouped(filter: SpanFilter, group: &str) -> StatsQuery {
    StatsQuery {
        subject: StatsSubject::Spans(filter),
        interval_nanos: None,
        group_by: vec![Field::named(group).unwrap()],
        groups_max: 10,
        ratio_of: None,
        measure: None,
    }
}

fn counts(stats: &Stats) -> Vec<(Option<&str>, i64)> {
    stats.totals.iter().map(|row| (row.group[0].as_deref(), row.count)).collect()
}

/// Scenario: spans grouped by an attribute that some lack, and a boolean and a numeric attribute, over archive and
/// tail. Guarantee: groups, the null group, the ratio and the measured percentiles are exact.
#[tokio::test]
async fn stats_by_attribute_are_exact() {
    let f = Fixture::new().await;
    let hit = |span, value| with(span, "cache.hit", Value::BoolValue(value));
    f.send(vec![hit(route(span(1, 1, None), "/a"), true), hit(route(span(1, 2, Some(1)), "/a"), false)])
        .await;
    f.seal().await;
    let scored = with(route(span(2, 1, None), "/b"), "score", Value::DoubleValue(0.5));
    f.send(vec![hit(scored, true), span(2, 2, Some(1))]).await;
    let stats = f.store.stats(grouped(SpanFilter::default(), "attributes.http.route")).await.unwrap();
    assert_eq!(counts(&stats), [(Some("/a"), 2), (Some("/b"), 1), (None, 1)]);
    assert_eq!(stats.incomplete, None);
    let query = StatsQuery {
        group_by: Vec::new(),
        ratio_of: Field::named("attributes.cache.hit"),
        measure: Field::named("attributes.score"),
        ..grouped(SpanFilter::default(), "name")
    };
    let stats = f.store.stats(query).await.unwrap();
    let row = &stats.totals[0];
    assert_eq!(row.count, 4);
    let ratio = row.ratio.unwrap();
    assert_eq!((ratio.true_count, ratio.value_count), (2, 3));
    assert_eq!(row.measure.unwrap().p99, Some(0.5));
    let stats = f.store.stats(grouped(filter("attributes.http.route exists"), "status")).await.unwrap();
    assert_eq!(counts(&stats), [(Some("unset"), 3)]);
    let traces = TraceFilter { span: filter("attributes.score > 0.1").expr, ..TraceFilter::default() };
    let query =
        StatsQuery { subject: StatsSubject::Traces(traces), ..grouped(SpanFilter::default(), "service") };
    assert_eq!(counts(&f.store.stats(query).await.unwrap()), [(Some("checkout"), 1)]);
}

/// Scenario: a file of the archive is damaged. Guarantee: the rest is searched, and the answer says that something is
/// missing.
#[tokio::test]
async fn search_passes_over_a_damaged_file_and_says_so() {
    let f = Fixture::new().await;
    f.send(vec![route(span(1, 1, None), "/a")]).await;
    let file = f.seal().await.unwrap();
    f.send(vec![route(span(2, 2, None), "/a")]).await;
    f.seal().await.unwrap();
    std::fs::write(f.dir.path().join("archive").join(file.path), b"no parquet").unwrap();
    let page = f.store.spans(&filter("attributes.http.route = '/a'"), 10, None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.incomplete.unwrap().reason, IncompleteReason::UnreadableFile);
}

fn exported(store: &SpanStore, filter: &SpanFilter) -> Vec<WholeSpan> {
    let mut all = Vec::new();
    store
        .export_spans(filter, &mut |spans| {
            all.extend(spans);
            Ok(())
        })
        .unwrap();
    all
}

/// Scenario: an export over archive and tail with a span that a retry replaced, without and with a filter on
/// attributes. Guarantee: every current span once, in place order, with its payload.
#[tokio::test(flavor = "multi_thread")]
async fn export_hands_out_every_living_span_once() {
    let f = Fixture::new().await;
    f.send(vec![route(span(1, 1, None), "/a"), route(span(1, 2, Some(1)), "/b")]).await;
    f.seal().await;
    f.wait_for_trim().await;
    f.send(vec![route(span(1, 2, Some(1)), "/c"), route(span(2, 1, None), "/a")]).await;
    let store = f.store.clone();
    let (all, some, late) = tokio::task::spawn_blocking(move || {
        let late = SpanFilter {
            time: TimeRange { from_unix_nano: Some(i64::MAX), to_unix_nano: None },
            ..SpanFilter::default()
        };
        (
            exported(&store, &SpanFilter::default()),
            exported(&store, &filter("attributes.http.route = '/a'")),
            exported(&store, &late),
        )
    })
    .await
    .unwrap();
    let routes: Vec<&str> = all.iter().map(|span| span.attributes.as_str()).collect();
    assert_eq!(routes, [r#"{"http.route":"/a"}"#, r#"{"http.route":"/c"}"#, r#"{"http.route":"/a"}"#]);
    assert!(all.is_sorted_by_key(|span| span.row.place));
    assert_eq!(some.iter().map(|span| span.row.trace_id.0[0]).collect::<Vec<_>>(), [1, 2]);
    assert!(late.is_empty());
}

/// Walks all pages of a list of spans while `insert` is called before each page after the first.
async fn walk(
    f: &Fixture,
    filter: &SpanFilter,
    limit: usize,
    mut insert: Vec<Vec<Span>>,
) -> Vec<(TraceId, SpanId)> {
    let (mut seen, mut after): (Vec<(TraceId, SpanId)>, Option<SpanCursor>) = (Vec::new(), None);
    loop {
        let page = f.store.spans(filter, limit, after).await.unwrap();
        assert!(page.items.len() <= limit);
        seen.extend(page.items.iter().map(|row| (row.trace_id, row.span_id)));
        after = page.next;
        if after.is_none() {
            return seen;
        }
        if let Some(spans) = insert.pop() {
            f.send(spans).await;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Scenario: spans with many equal starts, read in pages by the index and by a scan, while others arrive and some
    /// are sealed. Guarantee: every span that was there at the first page appears exactly once, and later ones never.
    #[test]
    fn pages_return_every_row_once_under_inserts(
        starts in proptest::collection::vec(0_u64..4, 1..40),
        inserted in proptest::collection::vec(proptest::collection::vec(0_u64..6, 0..5), 0..6),
        limit in 1_usize..7,
        seal in any::<bool>(),
        by_scan in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let f = Fixture::new().await;
            let at = |trace: u8, id: usize, start: u64| {
                let id = u8::try_from(id + 1).unwrap();
                Span { start_time_unix_nano: START + start, end_time_unix_nano: START + start + 1, ..span(trace, id, None) }
            };
            let first: Vec<Span> = starts.iter().enumerate().map(|(id, start)| at(1, id, *start)).collect();
            let (sealed, tail) = first.split_at(first.len() / 2);
            for part in [sealed, tail] {
                if !part.is_empty() {
                    f.send(part.to_vec()).await;
                }
                if seal {
                    f.seal().await;
                }
            }
            let later: Vec<Vec<Span>> = inserted
                .iter()
                .enumerate()
                .map(|(n, starts)| {
                    let trace = u8::try_from(n + 2).unwrap();
                    starts.iter().enumerate().map(|(id, start)| at(trace, id, *start)).collect::<Vec<_>>()
                })
                .filter(|spans| !spans.is_empty())
                .collect();
            let filter = if by_scan { search("span") } else { SpanFilter::default() };
            let seen = walk(&f, &filter, limit, later).await;
            let expected: BTreeSet<(TraceId, SpanId)> =
                (0..starts.len()).map(|id| (trace_id(1), span_id(u8::try_from(id + 1).unwrap()))).collect();
            assert_eq!(seen.len(), expected.len());
            assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
        });
    }
}

/// Scenario: spans grouped by every promoted field, and by attribute keys that only quotes can name. Guarantee: each is
/// answered, ids as hexadecimal digits, milliseconds as such, and filters find the group by its value.
#[tokio::test]
async fn stats_group_by_every_field_as_filters_read_it() {
    let f = Fixture::new().await;
    let odd = with(span(1, 10, Some(1)), "a key, b", Value::StringValue("x".into()));
    f.send(vec![Span { end_time_unix_nano: odd.start_time_unix_nano + 1_500_000, ..odd }]).await;
    for field in crate::filter::expr::fields::FIELDS.iter().map(|field| field.name) {
        let stats = f.store.stats(grouped(SpanFilter::default(), field)).await.unwrap();
        let [row] = stats.totals.as_slice() else { panic!("{field}: {stats:?}") };
        let Some(value) = &row.group[0] else { continue };
        let value = if value.contains(' ') { format!("'{value}'") } else { value.clone() };
        assert_eq!(found(&f, &filter(&format!("{field} = {value}"))).await, [10], "{field} = {value}");
    }
    for (field, expected) in [
        ("trace_id", "01010101010101010101010101010101"),
        ("span_id", "0a0a0a0a0a0a0a0a"),
        ("parent_span_id", "0101010101010101"),
        ("duration_ms", "1.5"),
        ("duration_ns", "1500000"),
        ("is_root", "false"),
        ("kind", "unspecified"),
    ] {
        let stats = f.store.stats(grouped(SpanFilter::default(), field)).await.unwrap();
        assert_eq!(counts(&stats), [(Some(expected), 1)], "{field}");
    }
    let query = StatsQuery {
        group_by: Field::list(r#"attributes."a key, b""#).unwrap(),
        ..grouped(SpanFilter::default(), "name")
    };
    assert_eq!(counts(&f.store.stats(query).await.unwrap()), [(Some("x"), 1)]);
}

/// Scenario: a prompt that Python put into a text as JSON, and one that JavaScript did. Guarantee: text search and `contains`
/// find its words as people write them.
#[tokio::test]
async fn text_search_reads_json_inside_of_json() {
    let f = Fixture::new().await;
    let python = r#"[{"content": "Gr\u00fc\u00dfe an M\u00fcller: sag \"hallo\"\nund \u4f60\u597d"}]"#;
    let javascript = r#"[{"content":"Grüße an Müller: sag \"hallo\"\nund 你好"}]"#;
    let prompt = |span, json: &str| with(span, "gen_ai.input.messages", Value::StringValue(json.into()));
    f.send(vec![prompt(span(1, 1, None), python), prompt(span(1, 2, None), javascript), span(1, 3, None)])
        .await;
    f.seal().await.unwrap();
    for text in ["Müller", "MÜLLER", "grüße an", "\"hallo\"", "Sag \"Hallo\"\nund", "你好"] {
        assert_eq!(found(&f, &search(text)).await, [2, 1], "{text}");
        let quoted = text.replace('"', "\\\"").replace('\n', "\\n");
        let contains = filter(&format!("attributes.gen_ai.input.messages contains \"{quoted}\""));
        assert_eq!(found(&f, &contains).await, [2, 1], "{text}");
    }
    assert_eq!(found(&f, &search("Möller")).await, [] as [u8; 0]);
}

/// Scenario: one client's calls have the largest and the smallest numbers of tokens, and end at the end of time. Guarantee:
/// every question about tokens and times is answered for all.
#[tokio::test]
async fn stats_survive_the_largest_numbers() {
    let f = Fixture::new().await;
    let call = |id, tokens: i64| {
        let mut call = Span { end_time_unix_nano: u64::MAX, ..span(1, id, None) };
        for (key, value) in [
            ("gen_ai.operation.name", Value::StringValue("chat".into())),
            ("gen_ai.usage.input_tokens", Value::IntValue(tokens)),
            ("gen_ai.usage.output_tokens", Value::IntValue(tokens)),
        ] {
            call = with(call, key, value);
        }
        Span { start_time_unix_nano: u64::MAX / 2 - u64::from(id), ..call }
    };
    for tokens in [i64::MAX, i64::MIN] {
        f.send(vec![call(1, tokens), call(2, tokens), call(3, 1), span(2, 1, None)]).await;
        for field in ["total_tokens", "input_tokens", "duration_ms", "start_time_unix_nano"] {
            for subject in
                [SpanFilter::default(), filter(&format!("{field} > 5 or {field} <= 5")), search("span")]
            {
                let query = StatsQuery {
                    measure: Field::named(field),
                    interval_nanos: Some(i64::MAX / 1_000),
                    ..grouped(subject, field)
                };
                let stats = f.store.stats(query).await.unwrap();
                assert!(stats.totals.iter().map(|row| row.count).sum::<i64>() >= 1, "{field}");
            }
        }
        let all = StatsQuery { group_by: Vec::new(), ..grouped(SpanFilter::default(), "name") };
        let sum = f.store.stats(all).await.unwrap().totals[0].input_tokens.unwrap();
        assert!(sum == i64::MAX || tokens < 0, "{sum}");
        assert_eq!(f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap().spans.len(), 3);
    }
}
