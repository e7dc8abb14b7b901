//! The filter language: what reads as what, what is refused where, and that nothing makes it panic.

use duckdb::Connection;
use proptest::prelude::*;

use super::*;

fn sql(text: &str) -> (String, usize) {
    let fragment = SpanExpr::parse(text).unwrap().to_sql(Relation::Archive);
    (fragment.text, fragment.values.len())
}

fn refused(text: &str) -> (usize, String) {
    let error = SpanExpr::parse(text).unwrap_err();
    (error.position, error.message)
}

/// Scenario: operators, precedence and keywords in odd case. Guarantee: `and` binds tighter than `or`, and every value
/// is a parameter.
#[test]
fn parse_binds_and_before_or() {
    let (text, values) = sql("service = a OR status = error And not model = 'x'");
    assert_eq!(text, "((service = ?) OR ((status = ?) AND (NOT coalesce((model = ?), false))))");
    assert_eq!(values, 3);
    assert_eq!(
        sql("(service = a or name = b) and kind = client").0,
        "(((service = ?) OR (name = ?)) AND (kind = ?))"
    );
}

/// Scenario: every way to name an attribute, among them keys that are SQL or JSON syntax. Guarantee: the key is data.
#[test]
fn parse_attribute_keys_are_escaped() {
    let (text, _) = sql("attributes.http.route = '/x'");
    assert!(text.contains(r#"contains(attributes, '"http.route":')"#), "{text}");
    assert!(text.contains("json_extract_string(attributes, '/http.route') = ?"), "{text}");
    let (text, _) = sql(r#"attributes."it's a/b~c" exists"#);
    assert!(text.contains("'/it''s a~1b~0c'"), "{text}");
    let (text, _) = sql("exists(resource.deployment.environment)");
    assert!(text.contains("json_exists(resource, '/attributes/deployment.environment')"), "{text}");
}

/// Scenario: mistakes. Guarantee: each is refused at its position with a sentence that says what to write.
#[test]
fn parse_mistakes_name_their_position() {
    assert_eq!(refused(""), (1, "expected a field, found the end".to_owned()));
    assert_eq!(refused("service ="), (10, "expected a value, found the end".to_owned()));
    assert_eq!(refused("service = 'x"), (11, "this text has no closing quote".to_owned()));
    assert_eq!(refused("service = a)"), (12, "expected and, or, or the end, found \")\"".to_owned()));
    assert_eq!(refused("status = broken"), (10, "status is one of unset, ok, error".to_owned()));
    assert_eq!(refused("role > llm").1, "role has no order: use = or !=");
    assert_eq!(refused("input_tokens = many").1, "input_tokens is compared with a number: 1500, 10k, 2M");
    assert_eq!(refused("trace_id = 12").1, "a trace id is 32 hexadecimal digits");
    assert_eq!(refused("service ; a").0, 9);
    let (position, message) = refused("color = red");
    assert_eq!(position, 1);
    assert!(message.starts_with("unknown field \"color\"; known are attributes.KEY, resource.KEY, trace_id"));
}

/// Scenario: misspelt fields, in a text with letters of several bytes before them. Guarantee: the error marks the word, in characters,
/// and suggests what was meant.
#[test]
fn parse_unknown_fields_are_marked_and_guessed() {
    for (text, marked, suggestion) in [
        ("durration > 3s", "durration", Some("duration")),
        ("name = \"größe\" and modle = x", "modle", Some("model")),
        ("service = é or (attr.user.plan exists)", "attr.user.plan", Some("attributes.user.plan")),
        ("color = red", "color", None),
        ("status = broken", "broken", None),
    ] {
        let error = SpanExpr::parse(text).unwrap_err();
        let found: String = text.chars().skip(error.position - 1).take(error.length).collect();
        assert_eq!((found.as_str(), error.suggestion.as_deref()), (marked, suggestion), "{}", error.message);
    }
}

/// Scenario: filters over each limit. Guarantee: refused, not run.
#[test]
fn parse_limits_hold() {
    assert!(refused(&"(".repeat(FILTER_DEPTH_MAX + 2)).1.contains("nests deeper"));
    assert!(refused(&"not ".repeat(FILTER_DEPTH_MAX + 2)).1.contains("nests deeper"));
    let many = vec!["name = a"; FILTER_TERMS_MAX + 1].join(" or ");
    assert!(refused(&many).1.contains("conditions"));
    let values = vec!["a"; FILTER_TERMS_MAX + 2].join(", ");
    assert!(refused(&format!("name in ({values})")).1.contains("values"));
    assert!(refused(&" ".repeat(FILTER_BYTES_MAX + 1)).1.contains("longer"));
}

/// A table with the columns of one relation and three spans, to run conditions on.
fn spans(relation: Relation) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let ids = match relation {
        Relation::Index => "1::UBIGINT AS trace_hi, 2::UBIGINT AS trace_lo, 3::UBIGINT AS span_id",
        Relation::Archive => {
            "unhex('00000000000000010000000000000002') AS trace_id, unhex('0000000000000003') AS span_id"
        }
    };
    connection
        .execute_batch(&format!(
            r#"CREATE TABLE spans AS SELECT *, {ids} FROM (VALUES
            ('a', 0::UTINYINT, 'llm', 5::BIGINT, 1500000::BIGINT, '{{"k":200,"t":"GET /x","b":true,"n":null}}'),
            ('b', 2::UTINYINT, NULL, NULL, 2500000, '{{"k":"200","x":{{"k":1}},"big":9007199254740993}}'),
            ('c', 1::UTINYINT, 'tool', 7, 500000, '{{"k":200.5,"it''s":1}}'))
            t(name, status, role, input_tokens, duration_nanos, attributes)"#
        ))
        .unwrap();
    connection
}

/// Names of the spans that match.
fn matching(relation: Relation, text: &str) -> String {
    let fragment = SpanExpr::parse(text).unwrap().to_sql(relation);
    let connection = spans(relation);
    let sql =
        format!("SELECT coalesce(string_agg(name, '' ORDER BY name), '') FROM spans WHERE {}", fragment.text);
    connection.query_row(&sql, duckdb::params_from_iter(fragment.values), |row| row.get(0)).unwrap()
}

/// Scenario: conditions on promoted fields on both relations. Guarantee: the same spans match, and what a field is
/// missing in matches exactly the opposites.
#[test]
fn promoted_conditions_match_on_both_relations() {
    let cases = [
        ("name in (a, c)", "ac"),
        ("name not in (a, c)", "b"),
        ("status = error", "b"),
        ("status != error", "ac"),
        ("role = llm", "a"),
        ("role != llm", "bc"),
        ("not role = llm", "bc"),
        ("role exists", "ac"),
        ("not exists(role)", "b"),
        ("input_tokens >= 5", "ac"),
        ("input_tokens < 6.5", "a"),
        ("duration_ms > 1", "ab"),
        ("duration_ms <= 1.5", "ac"),
        ("duration > 1500us", "b"),
        ("duration >= 1.5ms", "ab"),
        ("duration_ns < 1ms", "c"),
        ("input_tokens < 0.006k", "a"),
        ("duration_ns = 500000", "c"),
        ("trace_id = 00000000000000010000000000000002", "abc"),
        ("span_id != 0000000000000003", ""),
        ("name contains B or (status = unset and input_tokens = 5)", "ab"),
    ];
    for (text, expected) in cases {
        for relation in [Relation::Index, Relation::Archive] {
            assert_eq!(matching(relation, text), expected, "{text} on {relation:?}");
        }
    }
}

/// Scenario: conditions on attributes of several types. Guarantee: numbers compare as numbers also when they were sent
/// as text, nested keys do not count as the span's own, and big integers stay exact.
#[test]
fn attribute_conditions_match_by_value() {
    let cases = [
        ("attributes.k = 200", "ab"),
        ("attributes.k > 200", "c"),
        ("attributes.k >= 200", "abc"),
        ("attributes.k != 200", "c"),
        ("attributes.t contains 'get /X'", "a"),
        ("attributes.t = 'GET /x'", "a"),
        ("attributes.b = true", "a"),
        ("attributes.b != true", "bc"),
        ("attributes.n exists", "a"),
        ("attributes.missing exists", ""),
        ("attributes.big = 9007199254740993", "b"),
        ("attributes.big = 9007199254740992", ""),
        ("attributes.big > 9007199254740992", "b"),
        ("attributes.big >= 9007199254740993", "b"),
        ("attributes.big < 9007199254740994", "b"),
        ("attributes.big > 9007199254740993", ""),
        ("attributes.big < 9007199254740993", ""),
        ("attributes.k < 9223372036854775807", "abc"),
        ("attributes.k > -9223372036854775808", "abc"),
        ("attributes.t < 9223372036854775807", ""),
        (r#"attributes."it's" = 1"#, "c"),
    ];
    for (text, expected) in cases {
        assert_eq!(matching(Relation::Archive, text), expected, "{text}");
    }
}

/// Scenario: token counts whose sum no 64 bits hold, a duration that is a little less as a double, and a letter whose lower
/// case Rust and DuckDB do not agree on. Guarantee: each is compared as what it is.
#[test]
fn odd_values_are_compared_exactly() {
    let connection = Connection::open_in_memory().unwrap();
    for text in ["total_tokens > 9223372036854775807", "duration_ms = 1.001", "name contains 'ΟΔΟΣ'"] {
        let fragment = SpanExpr::parse(text).unwrap().to_sql(Relation::Index);
        let sql = format!(
            "SELECT {} FROM (SELECT 9223372036854775807 AS input_tokens, 1 AS output_tokens, 1001000 AS duration_nanos, 'ΟΔΟΣ' AS name)",
            fragment.text
        );
        let matches: bool =
            connection.query_row(&sql, duckdb::params_from_iter(fragment.values), |row| row.get(0)).unwrap();
        assert!(matches, "{text}");
    }
    let field = Field::named("cost_usd").unwrap();
    assert!(SpanExpr::compare(field, Op::Greater, Literal::Float(f64::NAN)).is_err());
}

/// Texts that look like filters, so that the fuzzing gets past the first token.
fn filter_like() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("service".to_owned()),
        Just("status".to_owned()),
        Just("duration_ms".to_owned()),
        Just("attributes.a.b".to_owned()),
        Just("attributes.".to_owned()),
        Just("resource.\"x".to_owned()),
        "[()=!<>,'\"\\\\]",
        Just("and".to_owned()),
        Just("or".to_owned()),
        Just("not".to_owned()),
        Just("in".to_owned()),
        Just("exists".to_owned()),
        Just("contains".to_owned()),
        "-?[0-9]{1,20}(\\.[0-9]{1,3})?",
        "'[^']{0,5}'",
        "\\PC{0,4}",
    ];
    proptest::collection::vec(word, 0..24).prop_map(|words| words.join(" "))
}

proptest! {
    /// Scenario: anything at all as a filter. Guarantee: a condition or an error whose position lies in the text, never
    /// a panic.
    #[test]
    fn arbitrary_text_never_panics(text in prop_oneof![filter_like(), ".{0,64}"]) {
        match SpanExpr::parse(&text) {
            Ok(expr) => { expr.to_sql(Relation::Archive); }
            Err(error) => prop_assert!((1..=text.chars().count() + 2).contains(&error.position)),
        }
    }

    /// Scenario: any key and any text value. Guarantee: DuckDB takes the condition, and it finds exactly the span that
    /// has them: nothing of either is read as SQL or as a path.
    #[test]
    fn arbitrary_keys_and_values_are_data(key in "[^\0]{1,12}", value in "[^\0]{0,12}") {
        let field = Field::Attribute { owner: AttributeOwner::Span, key: key.clone() };
        let expr = SpanExpr::compare(field, Op::Equal, Literal::Text(value.clone())).unwrap();
        let fragment = expr.to_sql(Relation::Archive);
        let mut attributes = String::new();
        let pair = |key: &'static str, value: String| junjo_span_model::KeyValue {
            key: key.into(),
            value: junjo_span_model::Value::String(value.into()),
        };
        let own = junjo_span_model::KeyValue {
            key: std::borrow::Cow::Borrowed(key.as_str()),
            value: junjo_span_model::Value::String(std::borrow::Cow::Borrowed(value.as_str())),
        };
        junjo_span_model::attributes_json(&[pair("\u{1}other", "x".to_owned()), own], &mut attributes);
        let connection = Connection::open_in_memory().unwrap();
        let sql = format!("SELECT {} FROM (SELECT CAST(? AS VARCHAR) AS attributes)", fragment.text);
        // the condition's parameters come before the relation's
        let values = fragment.values.into_iter().chain([duckdb::types::Value::Text(attributes)]);
        let found: Option<bool> =
            connection.query_row(&sql, duckdb::params_from_iter(values), |row| row.get(0)).unwrap();
        prop_assert_eq!(found, Some(true));
    }
}

/// Scenario: an ordinary text, and ones that JSON spells in other ways. Guarantee: only those cost a condition more.
#[test]
fn contains_ordinary_text_is_one_condition() {
    assert!(!sql("attributes.k contains 'GET /x'").0.contains("regexp_matches"));
    assert!(sql("attributes.k contains 'Ä'").0.contains("regexp_matches"));
    assert!(!sql("name contains 'Ä'").0.contains("regexp_matches"));
}
