//! What the fuzz target of filters (`fuzz/`) checks, and a test that runs its kept inputs. Not for programs.
#![expect(clippy::unwrap_used, reason = "a target that panics has found something, which is what it is for")]

use duckdb::{Connection, params_from_iter};
use junjo_span_model::{Role, SpanId, SpanStatus, TraceId};
use junjo_wal::Sequence;

use crate::archive::columns::{schema, to_batch};
use crate::columns::index_batch;
use crate::filter::expr::{FILTER_BYTES_MAX, FILTER_DEPTH_MAX, FILTER_TERMS_MAX, Relation, SpanExpr};
use crate::index::schema::create_sql;
use crate::row::{Place, SpanRow};
use crate::scan::matches::tail_table;
use crate::whole_span::WholeSpan;

/// Longest condition: keys are in it up to five times, once as JSON, texts once with every spelling of a character, and every
/// term has some words around it.
const SQL_BYTES_MAX: usize = 24 * FILTER_BYTES_MAX + 512 * FILTER_TERMS_MAX;

/// A few spans in the tables of both relations, on which every accepted filter is run.
pub struct Filters(Connection);

impl Default for Filters {
    fn default() -> Self {
        Self::new()
    }
}

impl Filters {
    /// Tables as the index and a scan have them.
    pub fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        let spans = spans();
        let rows: Vec<&SpanRow> = spans.iter().map(|span| &span.row).collect();
        let whole = to_batch(&schema(), &spans).unwrap();
        connection.execute_batch(&format!("SET threads = 1; {}", create_sql())).unwrap();
        connection.execute_batch(&tail_table(&whole)).unwrap();
        for (table, batch) in [("spans", index_batch(&rows).unwrap()), ("tail", whole)] {
            let mut appender = connection.appender(table).unwrap();
            appender.append_record_batch(batch).unwrap();
            appender.flush().unwrap();
        }
        Self(connection)
    }

    /// Any text as a filter. A refusal points into the text. What is accepted keeps the limits, means the same when it is
    /// written out and read again, and becomes SQL that holds nothing of the text but escaped keys; DuckDB takes it, each
    /// span fulfils either it or its opposite, and index and archive agree about which.
    pub fn span_filter(&self, input: &[u8]) {
        let Ok(text) = std::str::from_utf8(input) else { return };
        let expr = match SpanExpr::parse(text) {
            Ok(expr) => expr,
            Err(error) => {
                let end = text.chars().count() + 2;
                assert!((1..=end).contains(&error.position), "{error}");
                return;
            }
        };
        check_limits(text, &expr);
        check_sql(&expr);
        let archived = self.matching("tail", &expr, Relation::Archive);
        if !expr.needs_payload() {
            assert_eq!(self.matching("spans", &expr, Relation::Index), archived);
        }
    }

    /// Ordinals of the spans that match.
    fn matching(&self, table: &str, expr: &SpanExpr, relation: Relation) -> Vec<i32> {
        let (condition, opposite) = (expr.to_sql(relation), expr.negated().to_sql(relation));
        let sql = format!(
            "SELECT ordinal, coalesce({}, false), coalesce({}, false) FROM {table} ORDER BY ordinal",
            condition.text, opposite.text
        );
        let mut statement = self.0.prepare(&sql).unwrap();
        let rows = statement
            .query_map(params_from_iter(condition.values.into_iter().chain(opposite.values)), |row| {
                Ok((row.get::<_, i32>(0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?))
            })
            .unwrap();
        let mut found = Vec::new();
        for row in rows {
            let (ordinal, matches, is_opposite) = row.unwrap();
            assert_ne!(matches, is_opposite, "span {ordinal}");
            found.extend(matches.then_some(ordinal));
        }
        found
    }
}

fn check_limits(text: &str, expr: &SpanExpr) {
    assert!(text.len() <= FILTER_BYTES_MAX);
    assert!(expr.terms() <= FILTER_TERMS_MAX);
    // a level of nesting is a list of `or` with lists of `and` in it
    assert!(expr.depth() <= 3 * (FILTER_DEPTH_MAX + 1));
}

fn check_sql(expr: &SpanExpr) {
    let written = expr.canonical();
    // quotes may make it longer than a filter may be
    let again = (written.len() <= FILTER_BYTES_MAX).then(|| SpanExpr::parse(&written).unwrap());
    for relation in [Relation::Index, Relation::Archive] {
        let fragment = expr.to_sql(relation);
        assert!(fragment.text.len() <= SQL_BYTES_MAX);
        let (skeleton, marks) = without_literals(&fragment.text);
        assert_eq!(marks, fragment.values.len());
        assert_eq!(skeleton, without_literals(&expr.reworded().to_sql(relation).text).0);
        if let Some(again) = &again {
            let again = again.to_sql(relation);
            assert_eq!((&again.text, &again.values), (&fragment.text, &fragment.values), "{written}");
        }
    }
}

/// SQL with one quote for each literal, and how many parameters it has.
fn without_literals(sql: &str) -> (String, usize) {
    let mut skeleton = String::new();
    let mut is_literal = false;
    for c in sql.chars() {
        // a doubled quote ends a literal and begins it again
        is_literal ^= c == '\'';
        let is_again = c == '\'' && skeleton.ends_with(c);
        if !is_literal && !is_again {
            skeleton.push(c);
        }
    }
    assert!(!is_literal, "a literal without an end");
    let marks = skeleton.matches('?').count();
    (skeleton, marks)
}

/// Spans with and without each field, and with the values that clients break things with.
fn spans() -> Vec<WholeSpan> {
    let plain = SpanRow { role: None, ..row(0) };
    let call = SpanRow {
        role: Some(Role::Llm),
        is_model_call: true,
        provider: Some("openai".to_owned()),
        model: Some("gpt-4o".to_owned()),
        input_tokens: Some(1_000),
        output_tokens: Some(10),
        cached_input_tokens: Some(200),
        cost_usd: Some(0.005),
        session_id: Some("s-1".to_owned()),
        status: SpanStatus::Error,
        kind: 3,
        ..row(1)
    };
    let huge = SpanRow {
        start_unix_nano: i64::MAX,
        duration_nanos: i64::MAX,
        input_tokens: Some(i64::MAX),
        output_tokens: Some(i64::MAX),
        reasoning_tokens: Some(i64::MIN),
        cost_usd: Some(f64::MAX),
        node_count: Some(i32::MAX),
        name: "ΟΔΟΣ İ 'it''s' \\ \" % ? \u{1}".to_owned(),
        parent_span_id: Some(SpanId([0xff; 8])),
        ..row(2)
    };
    let texts = [
        r#"{"http.route":"/a","k":200,"b":true,"it's":1}"#,
        r#"{"k":"200","n":null,"x":{"k":1},"a/b~c":"nan","big":9007199254740993}"#,
        r#"{"k":1e308,"":"","a key":"Ä \"quoted\" \\ \n","list":[1,2]}"#,
    ];
    let whole = |(row, attributes): (SpanRow, &str)| WholeSpan {
        row,
        received_unix_nano: 1,
        key_id: "key-1".to_owned(),
        trace_state: String::new(),
        flags: 0,
        status_message: String::new(),
        dropped_attributes_count: 0,
        dropped_events_count: 0,
        dropped_links_count: 0,
        resource: r#"{"attributes":{"service.name":"checkout","k":"v"}}"#.to_owned(),
        scope: "{}".to_owned(),
        attributes: attributes.to_owned(),
        events: "[]".to_owned(),
        links: "[]".to_owned(),
        otlp: None,
    };
    [plain, call, huge].into_iter().zip(texts).map(whole).collect()
}

fn row(ordinal: i32) -> SpanRow {
    SpanRow {
        trace_id: TraceId([1; 16]),
        span_id: SpanId([2 + ordinal as u8; 8]),
        parent_span_id: None,
        place: Place { sequence: Sequence(1), ordinal },
        start_unix_nano: 1_767_323_045_000_000_000,
        duration_nanos: 1_001_000,
        kind: 1,
        status: SpanStatus::Unset,
        service: "checkout".to_owned(),
        name: "GET /pay".to_owned(),
        role: Some(Role::Tool),
        span_type: None,
        is_model_call: false,
        provider: None,
        model: None,
        input_tokens: None,
        output_tokens: None,
        cached_input_tokens: None,
        cache_write_tokens: None,
        reasoning_tokens: None,
        cost_usd: None,
        cost_source: None,
        session_id: None,
        user_id: None,
        error_type: None,
        structural_id: None,
        node_count: None,
        agent_name: None,
        tool_name: None,
        event_count: 0,
        exception_count: 0,
        state_event_count: 0,
        link_count: 0,
        project: "default".to_owned(),
        service_namespace: None,
        service_version: None,
        runtime_id: None,
        agent_key: None,
        outcome: None,
        correlation_type: None,
        correlation_id: None,
        input_preview: None,
        output_preview: None,
        error_message: None,
        error_fingerprint: None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Scenario: filters as people write them, and inputs that once broke something. Guarantee: what the fuzz target checks
    /// holds for them.
    #[test]
    fn kept_filters_of_the_fuzz_target_hold() {
        let filters = Filters::new();
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/regressions/span_filter");
        let mut accepted = 0;
        for entry in std::fs::read_dir(dir).unwrap() {
            let input = std::fs::read(entry.unwrap().path()).unwrap();
            filters.span_filter(&input);
            accepted +=
                usize::from(std::str::from_utf8(&input).is_ok_and(|text| SpanExpr::parse(text).is_ok()));
        }
        assert!(accepted > 20, "only {accepted} kept filters were accepted");
    }

    /// Scenario: a fragment with text of the filter outside its literals. Guarantee: the check notices.
    #[test]
    fn without_literals_keeps_what_is_outside() {
        assert_eq!(without_literals("a = ? AND b = 'it''s ?'"), ("a = ? AND b = '".to_owned(), 1));
        assert_ne!(without_literals("b = 'x' OR 'y' = 'y'").0, without_literals("b = 'k'").0);
    }
}
