//! `GET /otel/logs`, and log records as the span view joins them.

use junjo_span_store::LogFilter;
use junjo_web::ApiResult;

use crate::cursor::{decode_position, encode_position, filter_hash};
use crate::error::api_error;
use crate::log_schemas::{Log, LogPage};
use crate::service::OtelService;

/// Log records that the view of one span shows and reads prompts from.
pub(crate) const SPAN_LOGS_MAX: usize = 1_000;

impl OtelService {
    pub(crate) async fn logs(
        &self,
        filter: &LogFilter,
        limit: usize,
        cursor: Option<&str>,
    ) -> ApiResult<LogPage> {
        let hash = filter_hash(filter);
        let after = cursor.map(|text| decode_position(text, hash)).transpose()?;
        let page = self.store.logs(filter, limit, after).await.map_err(api_error)?;
        let next_cursor = page.next.map(|next| encode_position(&next, hash));
        let items = page.items.iter().map(Log::from).collect();
        let incomplete = page.incomplete.map(Into::into);
        Ok(LogPage { items, next_cursor, stopped_early: page.stopped_early, incomplete })
    }
}
