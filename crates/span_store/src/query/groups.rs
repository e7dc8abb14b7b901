//! Conversations and users: traces put together by the conversation or the person that they name.

use std::collections::HashMap;

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::TraceId;

use super::group::{GroupCursor, GroupFilter, GroupKind};
use super::group_order::Which;
use super::handle::Queries;
use super::order::Order;
use super::page::ListPage;
use super::stats_sql::clamped_sum;
use super::traces::{COLUMNS, texts, trace_rows};
use crate::budget::{Budget, Held, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::row::trace_halves;
use crate::trace_row::TraceRow;

/// One conversation or user.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceGroup {
    /// Id of the conversation (`session.id`) or user.
    pub id: String,
    /// Start of its first trace, unix nanoseconds.
    pub first_start_unix_nano: i64,
    /// Start of its latest trace, unix nanoseconds.
    pub last_start_unix_nano: i64,
    /// Latest end of a trace, unix nanoseconds.
    pub end_unix_nano: i64,
    /// Traces.
    pub trace_count: i64,
    /// Distinct conversations of those traces, by their root or earliest span.
    pub session_count: i64,
    /// Spans.
    pub span_count: i64,
    /// Failed spans.
    pub error_count: i64,
    /// Language model calls.
    pub llm_call_count: i64,
    /// Sum; `None` when no call says.
    pub input_tokens: Option<i64>,
    /// Sum; `None` when no call says.
    pub output_tokens: Option<i64>,
    /// Sum over calls with a known cost; `None` when none has one.
    pub cost_usd: Option<f64>,
    /// Model calls without a known cost.
    pub unpriced_calls: i64,
    /// Name of the first trace's root.
    pub first_root_name: String,
    /// Services that took part, sorted.
    pub services: Vec<String>,
    /// Users of the traces, sorted.
    pub users: Vec<String>,
}

/// One page.
pub type GroupPage = ListPage<TraceGroup, GroupCursor>;

/// Position in a conversation's traces, which are ordered by start and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationPosition {
    /// Start of the last trace of the page before, unix nanoseconds.
    pub start_unix_nano: i64,
    /// Its id.
    pub trace_id: TraceId,
}

/// Traces of one conversation, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationTraces {
    /// The conversation as a whole.
    pub conversation: TraceGroup,
    /// In order of start.
    pub traces: Vec<TraceRow>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<ConversationPosition>,
}

impl Queries {
    /// At most `limit` conversations or users in this order, from `after` on.
    ///
    /// Those without a new trace or span since the first page appear exactly once.
    pub(crate) async fn trace_groups(
        &self,
        kind: GroupKind,
        filter: &GroupFilter,
        order: Order,
        (limit, after): (usize, Option<GroupCursor>),
    ) -> Result<GroupPage, StoreError> {
        let newest =
            after.as_ref().map_or_else(|| self.index.progress().newest_row(), |cursor| cursor.newest);
        let filter = filter.clone();
        let room = self.reading().page().await?;
        let budget = room.budget();
        let run = move |connection: &Connection| {
            let which = Which { kind, filter: &filter, order };
            let mut listed = which.list(connection, (limit.saturating_add(1), budget), after)?;
            let mut has_more = listed.cut(limit).is_some();
            let found = loop {
                let ids: Vec<&str> = listed.rows.iter().map(|group| group.id.as_str()).collect();
                let found = summaries(connection, &filter.conditions(kind), (kind, &ids), budget)?;
                if !found.is_cut || ids.len() <= 1 {
                    break found;
                }
                // what belongs to a group is known only when it has been read
                (has_more, listed.rows) = (true, half(listed.rows));
            };
            let next = listed.rows.pop().filter(|_| has_more).map(|last| GroupCursor {
                value: last.value,
                id_md5: last.id_md5,
                newest,
            });
            Ok((found, next))
        };
        let (found, next) = self.index.run(run).await?;
        room.keep(found.bytes()).await?;
        Ok(ListPage::complete(found.rows, next))
    }

    /// A conversation with at most `limit` of its traces behind `after`, fewer where they are large; `None` for an unknown one.
    pub(crate) async fn conversation(
        &self,
        id: String,
        limit: usize,
        after: Option<ConversationPosition>,
    ) -> Result<Option<ConversationTraces>, StoreError> {
        let room = self.reading().page().await?;
        let page = (limit, room.budget());
        let found = self.index.run(move |connection| conversation(connection, &id, page, after)).await?;
        room.keep(found.as_ref().map_or(0, ConversationTraces::held_bytes)).await?;
        Ok(found)
    }
}

fn conversation(
    connection: &Connection,
    id: &str,
    (limit, budget): (usize, Budget),
    after: Option<ConversationPosition>,
) -> Result<Option<ConversationTraces>, StoreError> {
    let mut of_conversation = Conditions::default();
    of_conversation.push("list_contains(sessions, ?)", [Value::Text(id.to_owned())]);
    let mut found = summaries(connection, &of_conversation, (GroupKind::Conversation, &[id]), budget)?;
    let Some(conversation) = found.rows.pop() else {
        return Ok(None);
    };
    let mut conditions = Conditions::default();
    conditions.push("list_contains(sessions, ?)", [Value::Text(id.to_owned())]);
    // the conversation's own bounds spare the rest of the table
    let from = after.map_or(conversation.first_start_unix_nano, |after| after.start_unix_nano);
    conditions.push(
        "start_unix_nanos BETWEEN ? AND ?",
        [Value::BigInt(from), Value::BigInt(conversation.last_start_unix_nano)],
    );
    if let Some(after) = after {
        let (hi, lo) = trace_halves(after.trace_id);
        let position = [Value::BigInt(after.start_unix_nano), Value::UBigInt(hi), Value::UBigInt(lo)];
        conditions.push("(start_unix_nanos, trace_hi, trace_lo) > (?, ?, ?)", position);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM traces{} ORDER BY start_unix_nanos, trace_hi, trace_lo LIMIT {}",
        conditions.sql(),
        limit.saturating_add(1)
    );
    let mut traces = trace_rows(connection, &sql, conditions.values(), budget)?;
    let next = traces
        .cut(limit)
        .map(|last| ConversationPosition { start_unix_nano: last.start_unix_nano, trace_id: last.trace_id });
    Ok(Some(ConversationTraces { conversation, traces: traces.rows, next }))
}

/// The first half of `rows`, and at least one.
fn half<T>(mut rows: Vec<T>) -> Vec<T> {
    rows.truncate(rows.len().div_ceil(2));
    rows
}

impl Held for TraceGroup {
    fn held_bytes(&self) -> usize {
        let listed = self.services.iter().chain(&self.users).map(|text| size_of::<String>() + text.len());
        size_of::<Self>() + self.id.len() + self.first_root_name.len() + listed.sum::<usize>()
    }
}

impl Held for ConversationTraces {
    fn held_bytes(&self) -> usize {
        self.conversation.held_bytes() + self.traces.iter().map(Held::held_bytes).sum::<usize>()
    }
}

/// The numbers of `ids` over the traces that match, in the order of `ids`; some of them where there is no room for all.
fn summaries(
    connection: &Connection,
    conditions: &Conditions,
    (kind, ids): (GroupKind, &[&str]),
    budget: Budget,
) -> Result<Rows<TraceGroup>, StoreError> {
    let mut found = Rows::within(budget);
    if ids.is_empty() {
        return Ok(found);
    }
    let failed = || StoreError::index("summarise conversations or users");
    let marks = vec!["?"; ids.len()].join(", ");
    let sql = format!(
        "SELECT id, min(start_unix_nanos), max(start_unix_nanos),
            least(max(start_unix_nanos::HUGEINT + duration_nanos), {max})::BIGINT, count(*),
            count(DISTINCT session_id), sum(span_count)::BIGINT, sum(error_count)::BIGINT,
            sum(llm_call_count)::BIGINT, {input}, {output}, sum(cost_usd), sum(unpriced_calls)::BIGINT,
            arg_min(root_name, start_unix_nanos),
            list_sort(list_distinct(flatten(list(services)))), list_sort(list_distinct(flatten(list(users))))
         FROM (SELECT unnest({column}) AS id, * FROM traces{filter}) WHERE id IN ({marks}) GROUP BY id",
        max = i64::MAX,
        input = clamped_sum("input_tokens"),
        output = clamped_sum("output_tokens"),
        column = kind.column(),
        filter = conditions.sql(),
    );
    let values = conditions.values().into_iter().chain(ids.iter().map(|id| Value::Text((*id).to_owned())));
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    for row in statement.query_map(params_from_iter(values), group_row).map_err(failed())? {
        if !found.push(row.map_err(failed())?) {
            break;
        }
    }
    let place: HashMap<&str, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    found.rows.sort_unstable_by_key(|group| place.get(group.id.as_str()).copied());
    Ok(found)
}

fn group_row(row: &Row<'_>) -> duckdb::Result<TraceGroup> {
    Ok(TraceGroup {
        id: row.get(0)?,
        first_start_unix_nano: row.get(1)?,
        last_start_unix_nano: row.get(2)?,
        end_unix_nano: row.get(3)?,
        trace_count: row.get(4)?,
        session_count: row.get(5)?,
        span_count: row.get(6)?,
        error_count: row.get(7)?,
        llm_call_count: row.get(8)?,
        input_tokens: row.get(9)?,
        output_tokens: row.get(10)?,
        cost_usd: row.get(11)?,
        unpriced_calls: row.get(12)?,
        first_root_name: row.get(13)?,
        services: texts(row.get(14)?),
        users: texts(row.get(15)?),
    })
}
