//! Pages of lists: what is asked for, and how a page goes from cursor to cursor.

use std::fmt::Debug;

use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use utoipa::ToSchema;

use crate::cursor::{Position, decode_position, encode_position, filter_hash};
use crate::error::TelemetryResult;

/// The page that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct PageAsk<'c> {
    /// Rows in it, at most.
    pub limit: usize,
    /// `next_cursor` of the page before, with the same filters; `None` for the first page.
    pub cursor: Option<&'c str>,
}

/// One page of a list that may have to read whole spans.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchPage<T> {
    /// The rows, `[]` when there are none.
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page, also when this one is incomplete; null on the last one.
    pub next_cursor: Option<String>,
    /// Null when nothing older was left out between this page and the next.
    pub incomplete: Option<Incomplete>,
}

/// A search stopped early: what it says holds for the newer part of the time range.
#[derive(Debug, Serialize, ToSchema)]
pub struct Incomplete {
    pub(crate) reason: IncompleteReason,
    /// Everything that started at or after this was searched.
    /// While the index is being filled, the time of the question.
    pub(crate) searched_from: String,
    pub(crate) searched_from_unix_nano: String,
}

/// Why a search stopped early.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IncompleteReason {
    /// Its time was over: narrow the time range, or go on with `next_cursor`.
    TimeLimit,
    /// It found more than it may hold: narrow the filter or the time range.
    MatchLimit,
    /// A file of the archive cannot be read; what it holds is missing. The server's log names it.
    UnreadableFile,
    /// The index is being filled from archive and log (`index` of `GET /otel/status`), and has only a part yet: ask again.
    IndexRebuilding,
}

impl From<junjo_span_store::Incomplete> for Incomplete {
    fn from(incomplete: junjo_span_store::Incomplete) -> Self {
        use junjo_span_store::IncompleteReason as Reason;
        let from = incomplete.searched_from_unix_nano;
        let reason = match incomplete.reason {
            Reason::TimeLimit => IncompleteReason::TimeLimit,
            Reason::MatchLimit => IncompleteReason::MatchLimit,
            Reason::UnreadableFile => IncompleteReason::UnreadableFile,
        };
        Self { reason, searched_from: rfc3339_nanos(from), searched_from_unix_nano: from.to_string() }
    }
}

/// Reads one page: `read` gets the position in `cursor` and returns the page with the position at its end, which comes
/// back as the next page's cursor. A cursor of a list with another `filter` is refused.
pub(crate) async fn paged<P: Position, T>(
    cursor: Option<&str>,
    filter: &impl Debug,
    read: impl AsyncFnOnce(Option<P>) -> TelemetryResult<(T, Option<P>)>,
) -> TelemetryResult<(T, Option<String>)> {
    let hash = filter_hash(filter);
    let after = cursor.map(|text| decode_position(text, hash)).transpose()?;
    let (page, next) = read(after).await?;
    Ok((page, next.map(|next| encode_position(&next, hash))))
}
