//! Any text as a cursor of each list.

use std::fmt::Debug;

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{
    GroupCursor, GroupFilter, GroupKind, LogCursor, LogFilter, SessionPosition, SpanCursor, SpanFilter,
    SpanRow, TraceCursor, TraceFilter, TracePosition, WorkflowFilter,
};
use junjo_web::{decode_cursor, encode_cursor};

use super::{EVERYTHING, Lists, accepted};
use crate::cursor::{CURSOR_VERSION, Position, decode_position, encode_position};

/// Rows in a page behind a cursor.
const LIMIT: usize = 3;
/// A session and a trace that the store has.
const SESSION: &str = "s-1";
const TRACE: TraceId = TraceId([1; 16]);

impl Lists {
    /// Any cursor (behind the first byte, which chooses the list), as text and as what is inside. It is refused as the
    /// client's mistake, or it is the cursor of its own position, and the page behind it has the rows of the list that come
    /// after that position and were there when the first page was read.
    pub fn cursor(&self, input: &[u8]) {
        let Some((list, text)) = input.split_first() else { return };
        match list % 8 {
            0 => positions(text).for_each(|after| self.spans_behind(after)),
            1 => positions(text).for_each(|after| self.traces_behind(after)),
            2 => positions(text).for_each(|after| self.workflows_behind(after)),
            3 => positions(text).for_each(|after| self.logs_behind(after)),
            4 => positions(text).for_each(|after| self.groups_behind(&after)),
            5 => positions(text).for_each(|after| self.session_behind(after)),
            6 => positions(text).for_each(|after| self.trace_behind(after)),
            _ => self.deletions_behind(text),
        }
    }

    fn spans_behind(&self, after: SpanCursor) {
        let list = |limit, after| {
            let filter = SpanFilter::default();
            self.runtime.block_on(async move { self.list_spans(&filter, limit, after).await.unwrap().0 })
        };
        let expected = behind(list(EVERYTHING, None), |row| is_behind_span(row, after));
        assert_eq!(list(LIMIT, Some(after)), expected);
    }

    fn workflows_behind(&self, after: SpanCursor) {
        let list = |limit, after| {
            let filter = WorkflowFilter::default();
            self.runtime.block_on(self.store.workflows(&filter, limit, after)).unwrap().items
        };
        let expected = behind(list(EVERYTHING, None), |run| is_behind_span(&run.span, after));
        assert_eq!(list(LIMIT, Some(after)), expected);
    }

    fn traces_behind(&self, after: TraceCursor) {
        let list = |limit, after| {
            let filter = TraceFilter::default();
            self.runtime.block_on(async move { self.list_traces(&filter, limit, after).await.unwrap().0 })
        };
        let bound = (after.start_unix_nanos, after.trace_id.unwrap_or(TraceId([0; 16])));
        let expected = behind(list(EVERYTHING, None), |row| {
            (row.start_unix_nanos, row.trace_id) < bound && row.newest_sequence <= after.newest
        });
        assert_eq!(list(LIMIT, Some(after)), expected);
    }

    fn logs_behind(&self, after: LogCursor) {
        let list = |limit, after| {
            self.runtime.block_on(self.store.logs(&LogFilter::default(), limit, after)).unwrap().items
        };
        let bound = (after.time_unix_nanos, after.place);
        let expected = behind(list(EVERYTHING, None), |log| {
            (log.row.time_unix_nanos, log.row.place) < bound && log.row.place.sequence <= after.newest
        });
        assert_eq!(list(LIMIT, Some(after)), expected);
    }

    /// What breaks ties is not in the rows, so only their latest starts are compared.
    fn groups_behind(&self, after: &GroupCursor) {
        for kind in [GroupKind::Session, GroupKind::User] {
            let filter = GroupFilter::default();
            let list = self.store.trace_groups(kind, &filter, LIMIT, Some(after.clone()));
            let items = self.runtime.block_on(list).unwrap().items;
            assert!(items.iter().all(|group| group.last_start_unix_nanos <= after.last_start_unix_nanos));
            assert!(items.is_sorted_by_key(|group| std::cmp::Reverse(group.last_start_unix_nanos)));
        }
    }

    fn session_behind(&self, after: SessionPosition) {
        let list = |limit, after| {
            let session = self.store.session(SESSION.to_owned(), limit, after);
            self.runtime.block_on(session).unwrap().unwrap().traces
        };
        let bound = (after.start_unix_nanos, after.trace_id);
        let expected = behind(list(EVERYTHING, None), |row| (row.start_unix_nanos, row.trace_id) > bound);
        assert_eq!(list(LIMIT, Some(after)), expected);
    }

    fn trace_behind(&self, after: TracePosition) {
        let list = |limit, after| {
            self.runtime.block_on(self.store.trace(TRACE, limit, after)).unwrap().unwrap().spans
        };
        let bound = (after.start_unix_nanos, after.span_id);
        let expected = behind(list(EVERYTHING, None), |row| (row.start_unix_nanos, row.span_id) > bound);
        assert_eq!(behind(list(LIMIT, Some(after)), |_| true), expected);
    }

    fn deletions_behind(&self, text: &[u8]) {
        for cursor in texts(text) {
            if let Some(before) = accepted(decode_cursor(CURSOR_VERSION, &cursor)) {
                let found = self.runtime.block_on(self.store.deletions(Some(before), LIMIT)).unwrap();
                assert!(found.iter().all(|deletion| deletion.id < before));
            }
        }
    }
}

/// The first rows that fulfil the condition.
fn behind<T>(rows: Vec<T>, is_behind: impl Fn(&T) -> bool) -> Vec<T> {
    rows.into_iter().filter(is_behind).take(LIMIT).collect()
}

fn is_behind_span(row: &SpanRow, after: SpanCursor) -> bool {
    let (trace, span) = after.span.unwrap_or((TraceId([0; 16]), SpanId([0; 8])));
    (row.start_unix_nanos, row.trace_id, row.span_id) < (after.start_unix_nanos, trace, span)
        && row.place.sequence <= after.newest
}

/// The cursors that the input is: its text, and what it says as JSON.
fn texts(input: &[u8]) -> impl Iterator<Item = String> {
    let text = std::str::from_utf8(input).ok().map(str::to_owned);
    let json: Option<serde_json::Value> = serde_json::from_slice(input).ok();
    text.into_iter().chain(json.map(|json| encode_cursor(CURSOR_VERSION, &json)))
}

/// The positions of the cursors that are accepted; each is the position of its own cursor, of no list with other filters.
fn positions<P: Position + Debug + PartialEq>(input: &[u8]) -> impl Iterator<Item = P> {
    texts(input).filter_map(|cursor| {
        let position: P = accepted(decode_position(&cursor, 0))?;
        let again = encode_position(&position, 0);
        assert_eq!(decode_position::<P>(&again, 0).unwrap(), position);
        assert!(decode_position::<P>(&again, 1).is_err());
        Some(position)
    })
}
