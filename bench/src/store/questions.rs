//! What is asked: for each row of the table many questions of one kind, each with other parameters where there are any.

use super::facts::Facts;
use crate::corpus::Sample;
use crate::subject::BareQuestion;

const NANOS_PER_HOUR: u64 = 3_600_000_000_000;
/// Questions over the whole range take long, and have no parameters.
const WHOLE_RANGE_TIMES: usize = 5;

/// One row of the table.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// p95 over HTTP, milliseconds.
    pub(super) goal_ms: Option<f64>,
    /// Whether it should hardly take longer in a larger store.
    pub(super) is_flat: bool,
    pub(super) questions: Vec<Question>,
}

/// The same question to the server and to DuckDB alone.
pub(super) struct Question {
    pub(super) path: String,
    pub(super) bare: BareQuestion,
}

/// All rows, with about `count` questions each.
pub(super) fn rows(facts: &Facts, count: usize) -> Vec<Row> {
    let samples = Samples { all: &facts.samples, count };
    let trace = |sample: &Sample| Question {
        path: format!("/otel/trace/{}", sample.trace_id),
        bare: BareQuestion::Trace { trace_id: sample.trace_id.clone() },
    };
    let before = |sample: &Sample| Question {
        path: format!("/otel/traces?to={}", sample.start_unix_nano),
        bare: BareQuestion::Newest { before_unix_nano: sample.start_unix_nano },
    };
    let mut rows = vec![
        Row { name: "trace by id", goal_ms: Some(20.0), is_flat: true, questions: samples.map(trace) },
        Row { name: "newest traces", goal_ms: Some(20.0), is_flat: true, questions: newest(count) },
        Row {
            name: "newest traces before a moment",
            goal_ms: Some(20.0),
            is_flat: true,
            questions: samples.map(before),
        },
    ];
    rows.extend(filters(&samples));
    rows.extend(ordered(facts, count));
    rows.extend([
        per_hour("p50 to p99 per hour, one day", Some(100.0), days(facts, count)),
        per_hour("p50 to p99 per hour, whole range", None, whole(facts)),
    ]);
    rows
}

/// The traces that questions are about.
struct Samples<'f> {
    all: &'f [Sample],
    count: usize,
}

impl Samples<'_> {
    fn map(&self, question: impl Fn(&Sample) -> Question) -> Vec<Question> {
        self.all.iter().take(self.count).map(question).collect()
    }

    /// Of those whose spans name a session and a user.
    fn map_people(&self, question: impl Fn(&str, &str) -> Question) -> Vec<Question> {
        let people = self.all.iter().filter_map(|sample| sample.person.as_ref());
        people.take(self.count).map(|(session, user)| question(session, user)).collect()
    }
}

fn newest(count: usize) -> Vec<Question> {
    let question = || Question {
        path: "/otel/traces".to_owned(),
        bare: BareQuestion::Newest { before_unix_nano: i64::MAX.unsigned_abs() },
    };
    std::iter::repeat_with(question).take(count).collect()
}

fn filters(samples: &Samples<'_>) -> Vec<Row> {
    let row = |name, questions| Row { name, goal_ms: Some(50.0), is_flat: false, questions };
    // the slowest of so many milliseconds, so that each question has another answer
    let slow =
        |sample: &Sample| traces("min_duration_ms", &(2_000 + sample.start_unix_nano % 3_000).to_string());
    vec![
        row("traces of a service", samples.map(|sample| traces("service", &sample.service))),
        row("traces with a model", samples.map(|sample| traces("model", &sample.model))),
        row("traces of a name", samples.map(|sample| traces("name", &sample.root_name))),
        row("traces with an error", samples.map(|_| traces("status", "error"))),
        row("traces of a user", samples.map_people(|_, user| traces("user_id", user))),
        row("traces of a conversation", samples.map_people(|session, _| traces("session_id", session))),
        row("traces that took long", samples.map(slow)),
        row("spans of a service", samples.map(|sample| spans("service", &sample.service))),
        row("spans with a model", samples.map(|sample| spans("model", &sample.model))),
        row("spans of a user", samples.map_people(|_, user| spans("user_id", user))),
    ]
}

/// The dearest, the longest and the most failing traces of all, and the longest of the last day. Each row of an answer has its first
/// words, as in every list of traces.
fn ordered(facts: &Facts, count: usize) -> Vec<Row> {
    let day = facts.to_unix_nano.saturating_sub(24 * NANOS_PER_HOUR);
    let row = |name, order: &str, column, from_unix_nano: u64| {
        let question = || Question {
            path: format!("/otel/traces?order={order}&from={from_unix_nano}"),
            bare: BareQuestion::Ordered { column, from_unix_nano },
        };
        let questions = std::iter::repeat_with(question).take(count).collect();
        Row { name, goal_ms: Some(50.0), is_flat: false, questions }
    };
    vec![
        row("longest traces", "duration", "duration_nanos", facts.from_unix_nano),
        row("longest traces of a day", "duration", "duration_nanos", day),
        row("dearest traces", "cost", "cost_usd", facts.from_unix_nano),
        row("most failing traces", "errors", "error_count", facts.from_unix_nano),
    ]
}

fn traces(field: &'static str, value: &str) -> Question {
    Question {
        path: format!("/otel/traces?{field}={}", encoded(value)),
        bare: BareQuestion::Traces { field, value: value.to_owned() },
    }
}

fn spans(field: &'static str, value: &str) -> Question {
    Question {
        path: format!("/otel/spans?{field}={}", encoded(value)),
        bare: BareQuestion::Spans { field, value: value.to_owned() },
    }
}

fn per_hour(name: &'static str, goal_ms: Option<f64>, ranges: Vec<(u64, u64)>) -> Row {
    let question = |(from, to): (u64, u64)| Question {
        path: format!("/otel/stats?interval=1h&from={from}&to={to}"),
        bare: BareQuestion::PerHour { from_unix_nano: from, to_unix_nano: to },
    };
    Row { name, goal_ms, is_flat: false, questions: ranges.into_iter().map(question).collect() }
}

/// Ranges of 24 hours at other hours each, as many as fit.
fn days(facts: &Facts, count: usize) -> Vec<(u64, u64)> {
    let day = 24 * NANOS_PER_HOUR;
    let last = facts.to_unix_nano.saturating_sub(day).max(facts.from_unix_nano);
    let places = ((last - facts.from_unix_nano) / NANOS_PER_HOUR + 1).min(count as u64).max(1);
    let step = (last - facts.from_unix_nano) / places;
    (0..count as u64)
        .map(|at| facts.from_unix_nano + at % places * step)
        .map(|from| (from, from + day))
        .collect()
}

fn whole(facts: &Facts) -> Vec<(u64, u64)> {
    vec![(facts.from_unix_nano, facts.to_unix_nano); WHOLE_RANGE_TIMES]
}

/// A value for a query string: everything but letters, digits and `-_.` as %XX.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&hex::encode_upper([byte]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::DiskUse;
    use crate::report::Filled;

    fn facts() -> Facts {
        let sample = Sample {
            trace_id: "00112233445566778899aabbccddeeff".to_owned(),
            start_unix_nano: 5 * NANOS_PER_HOUR,
            spans: 3,
            service: "svc-1".to_owned(),
            root_name: "POST /chat".to_owned(),
            person: Some(("s1".to_owned(), "u1".to_owned())),
            model: "gpt-4o".to_owned(),
        };
        let filled = Filled {
            seconds: 1.0,
            spans_per_second: 1.0,
            peak_bytes: 1,
            disk: DiskUse::default(),
            problems: Vec::new(),
        };
        Facts {
            spans: 3,
            traces: 1,
            from_unix_nano: 0,
            to_unix_nano: 168 * NANOS_PER_HOUR,
            samples: vec![sample; 4],
            filled,
        }
    }

    /// Scenario: a week of traces. Guarantee: every row has questions, those of a day lie within the week, and values are
    /// encoded for a URL.
    #[test]
    fn rows_have_questions_within_the_store() {
        let rows = rows(&facts(), 10);
        assert!(rows.iter().all(|row| !row.questions.is_empty()));
        let paths: Vec<&str> = rows.iter().flat_map(|row| &row.questions).map(|q| q.path.as_str()).collect();
        assert!(paths.contains(&"/otel/traces?name=POST%20%2Fchat"), "{paths:?}");
        for (from, to) in days(&facts(), 30) {
            assert!(to - from == 24 * NANOS_PER_HOUR && to <= facts().to_unix_nano);
        }
    }

    /// Scenario: a store of less than a day. Guarantee: there still is a range to ask for.
    #[test]
    fn days_of_a_short_store_are_the_whole() {
        let short = Facts { to_unix_nano: NANOS_PER_HOUR, ..facts() };
        assert_eq!(days(&short, 2), [(0, 24 * NANOS_PER_HOUR); 2]);
    }
}
