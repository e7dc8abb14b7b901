//! Tables of `index.duckdb`. Rows are inserted and deleted, never updated; there are no keys and no ART indexes.
//!
//! | table | rows | meaning |
//! |---|---|---|
//! | `spans` | one per (trace id, span id) | ids as unsigned integers, the place, and the columns of `promoted.rs` |
//! | `traces` | one per trace | [`crate::TraceRow`], replaced in the transaction that changes its spans |
//! | `logs` | one per log record | the columns of `log_columns.rs`, ids as unsigned integers |
//! | `hints` | one per span that a GenAI event or an exception belongs to | what its records say, first come first kept |
//! | `unsettled` | one per trace whose row has to be computed again | see `settle.rs` |
//! | `progress` | one | newest indexed record of the wal for each dataset; the record behind it that is indexed in part, and how many items of it; all-time totals; its `wal_id` |
//! | `format` | one | [`INDEX_VERSION`] and the derive version of the rows |

use crate::columns::{ColumnDefinition, promoted_columns};
use crate::log_columns::HINT_COLUMNS;

/// Version of the tables; another one in the file means that it is rebuilt. 3 added log records, 4 the
/// project, and exceptions that were sent as log records, 5 the cursor within a record and unsettled traces, 6 what Junjo's runs are
/// found by, 7 the tokens by which
/// lists of traces are ordered, first words, and kinds of failures.
pub(crate) const INDEX_VERSION: i64 = 7;

/// What makes the tables.
pub(crate) fn create_sql() -> String {
    let promoted: Vec<String> = promoted_columns().iter().map(ColumnDefinition::sql).collect();
    let hints: Vec<String> =
        HINT_COLUMNS.iter().map(|(name, sql_type)| format!("{name} {sql_type}")).collect();
    format!(
        "CREATE TABLE spans (
            trace_hi UBIGINT NOT NULL, trace_lo UBIGINT NOT NULL, span_id UBIGINT NOT NULL, parent_span_id UBIGINT,
            sequence BIGINT NOT NULL, ordinal INTEGER NOT NULL, {}
        );
        CREATE TABLE hints (
            trace_hi UBIGINT NOT NULL, trace_lo UBIGINT NOT NULL, span_id UBIGINT NOT NULL, sequence BIGINT NOT NULL, {}
        );
        {CREATE_OTHERS_SQL}",
        promoted.join(", "),
        hints.join(", "),
    )
}

const CREATE_OTHERS_SQL: &str = "
CREATE TABLE traces (
    trace_hi UBIGINT NOT NULL, trace_lo UBIGINT NOT NULL,
    start_unix_nanos BIGINT NOT NULL, duration_nanos BIGINT NOT NULL,
    root_span_id UBIGINT NOT NULL, root_missing BOOLEAN NOT NULL, root_name VARCHAR NOT NULL,
    root_role VARCHAR, service VARCHAR NOT NULL, status UTINYINT NOT NULL,
    span_count INTEGER NOT NULL, error_count INTEGER NOT NULL, llm_call_count INTEGER NOT NULL,
    workflow_count INTEGER NOT NULL, input_tokens BIGINT, output_tokens BIGINT,
    cached_input_tokens BIGINT, total_tokens BIGINT, cost_usd DOUBLE, unpriced_calls INTEGER NOT NULL, wrapper_span_ids UBIGINT[], session_id VARCHAR, user_id VARCHAR,
    first_input VARCHAR, last_output VARCHAR, services VARCHAR[], models VARCHAR[], roles VARCHAR[], sessions VARCHAR[], users VARCHAR[],
    newest_sequence BIGINT NOT NULL
);
CREATE TABLE logs (
    trace_hi UBIGINT, trace_lo UBIGINT, span_id UBIGINT, sequence BIGINT NOT NULL, ordinal INTEGER NOT NULL,
    time_unix_nanos BIGINT NOT NULL, severity UTINYINT NOT NULL, service VARCHAR NOT NULL, event_name VARCHAR,
    fingerprint UBIGINT, project VARCHAR NOT NULL
);
CREATE TABLE unsettled (trace_hi UBIGINT NOT NULL, trace_lo UBIGINT NOT NULL);
CREATE TABLE progress (
    cursor BIGINT NOT NULL, log_cursor BIGINT NOT NULL, indexed_spans BIGINT NOT NULL,
    indexed_logs BIGINT NOT NULL, duplicate_spans BIGINT NOT NULL, duplicate_logs BIGINT NOT NULL,
    quarantined_batches BIGINT NOT NULL, quarantined_spans BIGINT NOT NULL,
    within_sequence BIGINT NOT NULL, within_spans UINTEGER NOT NULL, within_logs UINTEGER NOT NULL, wal_id VARCHAR NOT NULL
);
CREATE TABLE format (version BIGINT NOT NULL, derive_version BIGINT NOT NULL);
";

/// Scratch tables of the one writing connection.
pub(crate) const CREATE_TEMP_SQL: &str = "
CREATE TEMP TABLE touched (trace_hi UBIGINT NOT NULL, trace_lo UBIGINT NOT NULL);
CREATE TEMP TABLE arrived_logs (time_unix_nanos BIGINT NOT NULL, fingerprint UBIGINT NOT NULL);
CREATE TEMP TABLE gone (trace_hi UBIGINT NOT NULL, trace_lo UBIGINT NOT NULL, span_id UBIGINT NOT NULL);
CREATE TEMP TABLE wanted (trace_hi UBIGINT NOT NULL, trace_lo UBIGINT NOT NULL, span_id UBIGINT NOT NULL, is_new BOOLEAN NOT NULL);
CREATE TEMP TABLE superseded (sequence BIGINT NOT NULL, ordinal INTEGER NOT NULL);
";
