//! The promoted fields of a span: the one list of them. A new field is its derivation in `junjo_span_model` and a row here.
//!
//! Made from the table, each by a macro of its own that is given all rows:
//!
//! | what | where |
//! |---|---|
//! | [`crate::SpanRow`] and how it is made of what was derived | `row.rs` |
//! | Arrow columns of index and archive, both ways | `columns.rs` |
//! | SQL of the index's tables, and of archive files that are older than a column | `index/schema.rs`, `columns.rs` |
//! | [`crate::Hints`]: what log records may fill, its columns, and the columns that a scan lays over whole spans | `log_row.rs`, `log_columns.rs`, `scan/hints.rs` |
//! | fields of filters and groupings, and `GET /otel/fields` | `filter/expr/fields.rs` |
//! | columns of exports | `exported.rs` |
//!
//! The ids of a span and its place are no rows of the table: index and archive store ids differently, and a place says
//! where a span is, not what it is.
//!
//! # A row
//! ```text
//! own { /// Tool that the span names.
//!       tool_name: Option<String> = "tool_name", of span, filter [tool_name Text], export [csv ndjson], since 1 }
//! ```
//! - Who may fill it. `own`: the span alone. `hint`: also log records, where the span is silent. `follows`: computed again
//!   from fields that are hints.
//! - Name in Rust, type, and name of the column. An `Option` is a column that may be NULL (`field_type.rs`).
//! - Where it is read: `of span` (what [`junjo_span_model::Promoted`] derives), `of request` (who sent the span).
//! - Names and kinds (`FieldKind`) under which filters know it; more than one where they count in other units.
//! - Exports that have it as a column. A field without any is shown there in a form of its own, or not at all.
//! - Version of the archive's columns that has it first, and what older files are taken to say: `""` is a missing value
//!   where the column may be NULL.
//!
//! # How the macros work
//! `promoted_fields!(span_row)` becomes `span_row! { row row … }`. `span_row!` is a macro beside its use, whose pattern names
//! the parts of a row and whose body says what is made of each row. All these macros have the same pattern: whoever adds a
//! part to the rows adds it there too. `hint_fields!(hints)` does the same with the rows marked `hint` alone.

/// Hands the table to the macro `$then`, behind `$args` if there are any.
macro_rules! promoted_fields {
    ($then:path $([$($args:tt)*])?) => {
        $then! { $($($args)*)?
            own { /// Start, unix nanoseconds, clamped to `0..=i64::MAX`.
                start_unix_nano: i64 = "start_unix_nanos", of span,
                filter [start_time_unix_nano Int], export [], since 1 }
            own { /// Duration in nanoseconds, saturating.
                duration_nanos: i64 = "duration_nanos", of span,
                filter [duration_ms Millis, duration_ns Int], export [], since 1 }
            own { /// OTLP span kind, 0 for an unknown one.
                kind: u8 = "kind", of span, filter [kind SpanKind], export [], since 1 }
            own { /// OTLP status; stored as its code (0 unset, 1 ok, 2 error).
                status: junjo_span_model::SpanStatus = "status", of span, filter [status Status], export [], since 1 }
            own { /// `service.name` of the resource.
                service: String = "service", of span, filter [service Text], export [], since 1 }
            own { /// Name of the span.
                name: String = "name", of span, filter [name Text], export [], since 1 }
            hint { /// What the span does, when a vocabulary says so.
                role: Option<junjo_span_model::Role> = "role", of span, filter [role Role], export [csv ndjson], since 1 }
            own { /// Junjo's type of the span: `workflow`, `node`, `subflow`, `run_concurrent`, `agent`, ….
                span_type: Option<String> = "span_type", of span,
                filter [span_type Text], export [csv ndjson], since 1 }
            follows { /// Whether the span's usage counts in sums.
                is_model_call: bool = "is_model_call", of span, filter [is_model_call Bool], export [], since 1 }
            hint { /// Provider of the model, in OpenTelemetry's spelling.
                provider: Option<String> = "provider", of span,
                filter [provider Text], export [csv ndjson], since 1 }
            hint { /// Model that answered, else the one that was asked.
                model: Option<String> = "model", of span, filter [model Text], export [csv ndjson], since 1 }
            hint { /// Input tokens, cache reads and writes included.
                input_tokens: Option<i64> = "input_tokens", of span,
                filter [input_tokens Int], export [csv ndjson], since 1 }
            hint { /// Output tokens, reasoning included.
                output_tokens: Option<i64> = "output_tokens", of span,
                filter [output_tokens Int], export [csv ndjson], since 1 }
            hint { /// Input tokens that were read from the provider's cache.
                cached_input_tokens: Option<i64> = "cached_input_tokens", of span,
                filter [cached_input_tokens Int], export [csv ndjson], since 1 }
            hint { /// Input tokens that were written to the provider's cache.
                cache_write_tokens: Option<i64> = "cache_write_tokens", of span,
                filter [cache_write_tokens Int], export [ndjson], since 1 }
            hint { /// Output tokens spent on reasoning.
                reasoning_tokens: Option<i64> = "reasoning_tokens", of span,
                filter [reasoning_tokens Int], export [csv ndjson], since 1 }
            follows { /// Cost in US dollars; never a made-up 0.
                cost_usd: Option<f64> = "cost_usd", of span, filter [cost_usd Float], export [csv ndjson], since 1 }
            follows { /// Who says the cost: `provider` or `table:<date>`.
                cost_source: Option<String> = "cost_source", of span,
                filter [cost_source Text], export [ndjson], since 1 }
            hint { /// Conversation that the span names.
                session_id: Option<String> = "session_id", of span,
                filter [session_id Text], export [csv ndjson], since 1 }
            hint { /// User that the span names.
                user_id: Option<String> = "user_id", of span, filter [user_id Text], export [csv ndjson], since 1 }
            hint { /// Class of the error; of a span that failed also from the exceptions that were sent as log records.
                error_type: Option<String> = "error_type", of span,
                filter [error_type Text], export [csv ndjson], since 1 }
            own { /// Graph of a Junjo workflow, node or agent.
                structural_id: Option<String> = "structural_id", of span,
                filter [structural_id Text], export [ndjson], since 1 }
            own { /// Nodes of a Junjo workflow.
                node_count: Option<i32> = "node_count", of span, filter [node_count Int], export [], since 1 }
            own { /// Agent that the span names.
                agent_name: Option<String> = "agent_name", of span,
                filter [agent_name Text], export [csv ndjson], since 1 }
            own { /// Tool that the span names.
                tool_name: Option<String> = "tool_name", of span,
                filter [tool_name Text], export [csv ndjson], since 1 }
            own { /// Events on the span.
                event_count: i32 = "event_count", of span, filter [event_count Int], export [], since 1 }
            follows { /// Recorded exceptions, equal ones counted once; at least one where log records have one.
                exception_count: i32 = "exception_count", of span,
                filter [exception_count Int], export [], since 1 }
            own { /// Junjo's changes of state.
                state_event_count: i32 = "state_event_count", of span,
                filter [state_event_count Int], export [], since 1 }
            own { /// Links of the span.
                link_count: i32 = "link_count", of span, filter [link_count Int], export [], since 1 }
            own { /// Project of the API key that sent the span.
                project: String = "project", of request,
                filter [project Text], export [csv ndjson], since 2 else "default" }
            own { /// `service.namespace` of the resource.
                service_namespace: Option<String> = "service_namespace", of span,
                filter [service_namespace Text], export [csv ndjson], since 3 else "" }
            own { /// `service.version` of the resource.
                service_version: Option<String> = "service_version", of span,
                filter [service_version Text], export [csv ndjson], since 3 else "" }
            own { /// Id of one run of a Junjo workflow, node or agent.
                runtime_id: Option<String> = "runtime_id", of span,
                filter [runtime_id Text], export [ndjson], since 3 else "" }
            own { /// Key of the Junjo agent that ran.
                agent_key: Option<String> = "agent_key", of span,
                filter [agent_key Text], export [ndjson], since 3 else "" }
            own { /// How a Junjo run ended: `completed`, `failed` or `cancelled`.
                outcome: Option<String> = "outcome", of span,
                filter [outcome Text], export [ndjson], since 3 else "" }
            own { /// The application's word for what a Junjo run is correlated with.
                correlation_type: Option<String> = "correlation_type", of span,
                filter [correlation_type Text], export [ndjson], since 3 else "" }
            own { /// Id of what it is correlated with.
                correlation_id: Option<String> = "correlation_id", of span,
                filter [correlation_id Text], export [ndjson], since 3 else "" }
            own { /// First words of what went into a root or a model call.
                input_preview: Option<String> = "input_preview", of span,
                filter [input_preview Text], export [], since 4 else "" }
            own { /// First words of what came out of it.
                output_preview: Option<String> = "output_preview", of span,
                filter [output_preview Text], export [], since 4 else "" }
            own { /// What a failed span failed with, without what differs from one failure to the next.
                error_message: Option<String> = "error_message", of span,
                filter [error_message Text], export [], since 4 else "" }
            own { /// Equal for failures of one kind: 16 hexadecimal digits.
                error_fingerprint: Option<String> = "error_fingerprint", of span,
                filter [error_fingerprint Text], export [], since 4 else "" }
        }
    };
}

/// Hands the rows that are hints to the macro `$then`.
macro_rules! hint_fields {
    ($then:ident) => {
        $crate::promoted::promoted_fields! { $crate::promoted::keep_hints [[$then] []] }
    };
}

/// Goes through the rows one by one: those marked `hint` go into the second brackets, which are handed on at the end.
macro_rules! keep_hints {
    ([$then:ident] [$($kept:tt)*]) => {
        $then! { $($kept)* }
    };
    ([$then:ident] [$($kept:tt)*] hint { $($row:tt)* } $($rest:tt)*) => {
        $crate::promoted::keep_hints! { [$then] [$($kept)* hint { $($row)* }] $($rest)* }
    };
    ([$then:ident] [$($kept:tt)*] $who:ident { $($row:tt)* } $($rest:tt)*) => {
        $crate::promoted::keep_hints! { [$then] [$($kept)*] $($rest)* }
    };
}

pub(crate) use {hint_fields, keep_hints, promoted_fields};
