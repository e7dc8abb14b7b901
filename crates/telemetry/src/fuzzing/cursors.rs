//! Any text as a cursor of each list.

use std::fmt::Debug;

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{
    ConversationPosition, GroupCursor, GroupFilter, GroupKind, LogCursor, LogFilter, Order, RunFilter,
    SpanCursor, SpanFilter, SpanRow, TraceCursor, TraceFilter, TracePosition,
};
use junjo_web::{decode_cursor, encode_cursor};

use super::{EVERYTHING, Lists, accepted};
use crate::cursor::{CURSOR_VERSION, Position, decode_position, encode_position};

/// Rows in a page behind a cursor.
const LIMIT: usize = 3;
/// A conversation and a trace that the store has.
const CONVERSATION: &str = "s-1";
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
            2 => positions(text).for_each(|after| self.runs_behind(after)),
            3 => positions(text).for_each(|after| self.logs_behind(after)),
            4 => positions(text).for_each(|after| self.groups_behind(&after)),
            5 => positions(text).for_each(|after| self.conversation_behind(after)),
            6 => positions(text).for_each(|after| self.trace_behind(after)),
            _ => self.deletions_behind(text),
        }
    }

    fn spans_behind(&self, after: SpanCursor) {
        let filter = SpanFilter::default();
        let list = |limit, after| self.answer(self.list_spans(&filter, limit, after)).map(|(rows, _)| rows);
        check_page(list, after, |row| is_behind_span(row, after));
    }

    fn runs_behind(&self, after: SpanCursor) {
        let filter = RunFilter::default();
        let list = |limit, after| self.answer(self.store.runs(&filter, limit, after)).map(|page| page.items);
        check_page(list, after, |run| is_behind_span(&run.span, after));
    }

    fn traces_behind(&self, after: TraceCursor) {
        let filter = TraceFilter::default();
        let list = |limit, after| self.answer(self.list_traces(&filter, limit, after)).map(|(rows, _)| rows);
        let bound = (after.start_unix_nano, after.trace_id.unwrap_or(TraceId([0; 16])));
        check_page(list, after, |row| {
            (row.start_unix_nano, row.trace_id) < bound && row.newest_sequence <= after.newest
        });
    }

    fn logs_behind(&self, after: LogCursor) {
        let filter = LogFilter::default();
        let list = |limit, after| self.answer(self.store.logs(&filter, limit, after)).map(|page| page.items);
        let bound = (after.time_unix_nano, after.place);
        check_page(list, after, |log| {
            (log.row.time_unix_nano, log.row.place) < bound && log.row.place.sequence <= after.newest
        });
    }

    /// What breaks ties is not in the rows, so only their latest starts are compared.
    fn groups_behind(&self, after: &GroupCursor) {
        for kind in [GroupKind::Conversation, GroupKind::User] {
            let filter = GroupFilter::default();
            let list = self.store.trace_groups(kind, &filter, Order::default(), (LIMIT, Some(after.clone())));
            let Some(page) = self.answer(list) else { return };
            let starts: Vec<i64> = page.items.iter().map(|group| group.last_start_unix_nano).collect();
            assert!(starts.iter().all(|start| after.value.is_none_or(|value| *start <= value)));
            assert!(starts.is_sorted_by(|newer, older| newer >= older));
        }
    }

    fn conversation_behind(&self, after: ConversationPosition) {
        let list = |limit, after| {
            let conversation = self.answer(self.store.conversation(CONVERSATION.to_owned(), limit, after))?;
            Some(conversation.unwrap().traces)
        };
        let bound = (after.start_unix_nano, after.trace_id);
        check_page(list, after, |row| (row.start_unix_nano, row.trace_id) > bound);
    }

    fn trace_behind(&self, after: TracePosition) {
        let list = |limit, after| Some(self.answer(self.store.trace(TRACE, limit, after))?.unwrap().spans);
        let bound = (after.start_unix_nano, after.span_id);
        check_page(list, after, |row| (row.start_unix_nano, row.span_id) > bound);
    }

    fn deletions_behind(&self, text: &[u8]) {
        for cursor in texts(text) {
            if let Some(before) = accepted(decode_cursor(CURSOR_VERSION, &cursor)) {
                let Some(found) = self.answer(self.store.deletions(Some(before), LIMIT)) else { return };
                assert!(found.iter().all(|deletion| deletion.id < before));
            }
        }
    }
}

/// The page behind `after` has the first rows of the whole list that are behind it.
fn check_page<T: Debug + PartialEq, P>(
    list: impl Fn(usize, Option<P>) -> Option<Vec<T>>,
    after: P,
    is_behind: impl Fn(&T) -> bool,
) {
    if let Some((mut all, page)) = list(EVERYTHING, None).zip(list(LIMIT, Some(after))) {
        all.retain(is_behind);
        all.truncate(LIMIT);
        assert_eq!(page, all);
    }
}

fn is_behind_span(row: &SpanRow, after: SpanCursor) -> bool {
    let (trace, span) = after.span.unwrap_or((TraceId([0; 16]), SpanId([0; 8])));
    (row.start_unix_nano, row.trace_id, row.span_id) < (after.start_unix_nano, trace, span)
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
