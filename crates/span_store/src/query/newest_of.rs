//! The newest spans of one service that begin something: roots of traces, and runs of workflows.

use duckdb::Connection;
use duckdb::types::Value;

use super::handle::Queries;
use super::listing::{Listing as _, select};
use crate::budget::Rows;
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::row::SpanRow;

/// Which spans of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// Those without a parent.
    Root,
    /// The same, of traces with a span of a language model's call, whoever made it. The requests that an agent of Junjo's own
    /// SDK reports about itself are none: what they led to has such a span where the client is instrumented.
    RootWithLlm,
    /// Runs of workflows; no subflows.
    Workflow,
}

impl Beginning {
    const fn condition(self) -> &'static str {
        match self {
            Self::Root => "parent_span_id IS NULL",
            Self::RootWithLlm => {
                "parent_span_id IS NULL AND (trace_hi, trace_lo) IN (
                   SELECT (calls.trace_hi, calls.trace_lo)
                   FROM spans AS calls LEFT JOIN spans AS agents
                     ON agents.span_type = 'agent' AND agents.trace_hi = calls.trace_hi
                       AND agents.trace_lo = calls.trace_lo AND agents.span_id = calls.parent_span_id
                   WHERE calls.role = 'llm' AND agents.span_id IS NULL)"
            }
            Self::Workflow => "span_type = 'workflow'",
        }
    }
}

impl Queries {
    /// At most `limit` of these spans of `service`, newest first; fewer where they are large.
    pub(crate) async fn newest_of(
        &self,
        service: String,
        beginning: Beginning,
        limit: usize,
    ) -> Result<Vec<SpanRow>, StoreError> {
        let mut conditions = Conditions::default();
        conditions.push("service = ?", [Value::Text(service)]);
        conditions.push(beginning.condition(), []);
        let room = self.reading().page().await?;
        let budget = room.budget();
        let run = move |connection: &Connection| -> Result<Rows<SpanRow>, StoreError> {
            select(connection, SpanRow::TABLE, &conditions, (limit, budget))
        };
        let found = self.index.run(run).await?;
        room.keep(found.bytes()).await?;
        Ok(found.rows)
    }
}
