//! An anchor for `bench/`: the questions of the benchmark asked in plain SQL, over the rows that the server made, without
//! the server. It shows what of a time is DuckDB's and what is ours, and where our narrower SQL helps.
//!
//! `bare_query INDEX WARM_UP < QUESTIONS` reads a JSON list of questions, opens the index of a server that has stopped,
//! read-only, and prints a JSON list of `{micros, rows}`. The first WARM_UP questions of each kind are asked once more
//! before.
//!
//! | `ask` | fields | question |
//! |---|---|---|
//! | `trace` | `trace_id` | all spans of a trace in order of start |
//! | `newest` | `before_unix_nano` | the newest 50 traces that started before |
//! | `traces`, `spans` | `field`, `value` | the newest 50 traces or spans with this value |
//! | `per_hour` | `from_unix_nano`, `to_unix_nano` | count, failures, p50, p90, p95, p99 of the duration per hour |

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use duckdb::types::Value;
use duckdb::{AccessMode, Config, Connection, params_from_iter};
use serde::Deserialize;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

const THREADS: i64 = 2;
/// What the server's index has on a machine with 2 GiB or more.
const MEMORY: &str = "384MiB";

#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Question {
    Trace { trace_id: String },
    Newest { before_unix_nano: i64 },
    Traces { field: String, value: String },
    Ordered { column: String, from_unix_nano: i64 },
    Spans { field: String, value: String },
    PerHour { from_unix_nano: i64, to_unix_nano: i64 },
}

fn main() -> Outcome<()> {
    let mut args = std::env::args_os().skip(1);
    let usage = "usage: bare_query INDEX WARM_UP < QUESTIONS";
    let index = args.next().ok_or(usage)?;
    let warm_up: usize = args.next().and_then(|text| text.to_str()?.parse().ok()).ok_or(usage)?;
    let questions: Vec<Question> = serde_json::from_reader(std::io::stdin().lock())?;
    let config = Config::default().access_mode(AccessMode::ReadOnly)?.threads(THREADS)?.max_memory(MEMORY)?;
    let connection = Connection::open_with_flags(index, config)?;
    let prepared = questions.iter().map(Question::sql).collect::<Outcome<Vec<_>>>()?;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (sql, values) in &prepared {
        let count = seen.entry(sql).or_default();
        if *count < warm_up {
            ask(&connection, sql, values)?;
        }
        *count += 1;
    }
    let mut answers = Vec::with_capacity(prepared.len());
    for (sql, values) in &prepared {
        let started = Instant::now();
        let rows = ask(&connection, sql, values)?;
        answers.push(json!({"micros": started.elapsed().as_micros() as u64, "rows": rows}));
    }
    writeln!(std::io::stdout(), "{}", serde_json::Value::from(answers))?;
    Ok(())
}

/// Rows of the answer, all of them fetched.
fn ask(connection: &Connection, sql: &str, values: &[Value]) -> Outcome<usize> {
    let mut statement = connection.prepare(sql)?;
    Ok(statement.query_arrow(params_from_iter(values))?.map(|batch| batch.num_rows()).sum())
}

impl Question {
    fn sql(&self) -> Outcome<(String, Vec<Value>)> {
        Ok(match self {
            Self::Trace { trace_id } => {
                let half = |digits: &str| u64::from_str_radix(digits, 16).map(Value::UBigInt);
                let (high, low) = trace_id.split_at_checked(16).ok_or("a trace id has 32 digits")?;
                let sql = "SELECT * FROM spans WHERE trace_hi = ? AND trace_lo = ? ORDER BY start_unix_nanos";
                (sql.to_owned(), vec![half(high)?, half(low)?])
            }
            Self::Newest { before_unix_nano } => {
                let sql =
                    "SELECT * FROM traces WHERE start_unix_nanos < ? ORDER BY start_unix_nanos DESC LIMIT 50";
                (sql.to_owned(), vec![Value::BigInt(*before_unix_nano)])
            }
            Self::Traces { field, value } => {
                let condition = trace_condition(field)?;
                let sql =
                    format!("SELECT * FROM traces WHERE {condition} ORDER BY start_unix_nanos DESC LIMIT 50");
                (sql, vec![Value::Text(value.clone())])
            }
            Self::Ordered { column, from_unix_nano } => {
                let column = match column.as_str() {
                    column @ ("duration_nanos" | "cost_usd" | "error_count") => column,
                    other => return Err(format!("traces are not ordered by {other}").into()),
                };
                let sql = format!(
                    "SELECT * FROM traces WHERE start_unix_nanos >= ? ORDER BY {column} DESC NULLS LAST LIMIT 50"
                );
                (sql, vec![Value::BigInt(*from_unix_nano)])
            }
            Self::Spans { field, value } => {
                let column = span_column(field)?;
                let sql =
                    format!("SELECT * FROM spans WHERE {column} = ? ORDER BY start_unix_nanos DESC LIMIT 50");
                (sql, vec![Value::Text(value.clone())])
            }
            Self::PerHour { from_unix_nano, to_unix_nano } => {
                let sql = "SELECT start_unix_nanos - start_unix_nanos % 3600000000000 AS hour, count(*),
                    count(*) FILTER (status = 2), quantile_cont(duration_nanos, [0.5, 0.9, 0.95, 0.99])
                    FROM spans WHERE start_unix_nanos >= ? AND start_unix_nanos < ? GROUP BY hour ORDER BY hour";
                (sql.to_owned(), vec![Value::BigInt(*from_unix_nano), Value::BigInt(*to_unix_nano)])
            }
        })
    }
}

/// Each takes its value as a text.
fn trace_condition(field: &str) -> Outcome<&'static str> {
    Ok(match field {
        "service" => "list_contains(services, ?)",
        "model" => "list_contains(models, ?)",
        "session_id" => "list_contains(sessions, ?)",
        "user_id" => "list_contains(users, ?)",
        "name" => "root_name = ?",
        "status" => "(? = 'error') = (error_count > 0)",
        "min_duration_ms" => "duration_nanos >= CAST(? AS DOUBLE) * 1000000",
        other => return Err(format!("unknown field of a trace: {other}").into()),
    })
}

fn span_column(field: &str) -> Outcome<&'static str> {
    Ok(match field {
        "service" => "service",
        "model" => "model",
        "user_id" => "user_id",
        "error_type" => "error_type",
        other => return Err(format!("unknown field of a span: {other}").into()),
    })
}
