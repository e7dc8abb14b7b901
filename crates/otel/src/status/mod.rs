//! `GET /otel/status`: where telemetry is on its way, from every part that knows.

mod answer;

use axum::Json;
use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_pipeline::{SourceMode, SourceRejection, SourceState, lag_nanos};
use junjo_span_model::Signal;
use junjo_span_store::IndexState;
use junjo_telemetry::{Telemetry, TelemetryError};
use junjo_web::clock::rfc3339_nanos;
use junjo_web::{ApiError, ApiResult, Problems};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::{OtelState, WayIn};
use answer::{ArchiveSize, IndexSize, KeyUseItem, RejectionItem, SourceItem, Status, WalStatus};

const NANOS_PER_MILLI: u64 = 1_000_000;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(get_status))
}

/// Read how far telemetry is on its way from acknowledged to queryable, and what was refused.
#[utoipa::path(
    get, path = "/otel/status", tag = "otel",
    responses((status = 200, body = Status), Problems)
)]
async fn get_status(
    State(telemetry): State<Telemetry>,
    State(way_in): State<WayIn>,
    _: TelemetryReader,
) -> ApiResult<Json<Status>> {
    way_in.status(&telemetry).await.map(Json)
}

impl WayIn {
    async fn status(&self, telemetry: &Telemetry) -> ApiResult<Status> {
        let store = telemetry.store();
        let (wal, progress, now) = (self.wal.clone(), store.progress(), telemetry.now_unix_nano());
        let size = store.size().await.map_err(TelemetryError::from)?; // after the progress: not behind it
        let read = move || (wal.stats(), lag_nanos(&wal, progress.indexed_through(), now));
        let (wal_stats, lag) = tokio::task::spawn_blocking(read).await.map_err(ApiError::internal)?;
        let wal_stats = wal_stats.map_err(ApiError::internal)?;
        let oldest = wal_stats.oldest_received_unix_nano.map_or(0, |oldest| now.saturating_sub(oldest));
        let (index, index_detail) = describe(&store.index_state());
        let stats = self.receiver.stats();
        Ok(Status {
            index,
            index_detail,
            accepted_spans: self.wal.accepted(junjo_wal::Signal::Traces).items,
            indexed_spans: progress.indexed_spans,
            duplicate_spans: progress.duplicate_spans,
            quarantined_batches: progress.quarantined_batches,
            accepted_logs: self.wal.accepted(junjo_wal::Signal::Logs).items,
            indexed_logs: progress.indexed_logs,
            duplicate_logs: progress.duplicate_logs,
            log_records_received: stats.totals(Signal::Logs).accepted,
            metric_points_received: stats.totals(Signal::Metrics).accepted,
            wal: WalStatus {
                batches: wal_stats.records,
                bytes: wal_stats.live_bytes,
                file_bytes: wal_stats.file_bytes,
                oldest_age_ms: millis(oldest),
            },
            lag_ms: millis(lag.unwrap_or(0)),
            store: IndexSize { spans: size.spans, logs: size.logs, bytes: size.index_bytes },
            archive: ArchiveSize {
                files: size.archive_files,
                bytes: size.archive_bytes,
                unreadable_files: size.unreadable_files,
            },
            upkeep: store.upkeep_report().into(),
            sources: self.sources.all().into_iter().map(source_item).collect(),
            keys: self.key_use(),
            recent_rejections: self.rejections(),
        })
    }

    /// What came in with each key, the latest used first.
    fn key_use(&self) -> Vec<KeyUseItem> {
        let keys = self.receiver.stats().keys().into_iter();
        keys.map(|key| KeyUseItem {
            key_id: key.key_id,
            requests: key.requests,
            items: key.items,
            bytes: key.bytes,
            last_at: rfc3339_nanos(key.last_at_unix_nano),
        })
        .collect()
    }

    /// Refusals of this server and of its sources.
    fn rejections(&self) -> Vec<RejectionItem> {
        let own = self.receiver.stats().recent_rejections().into_iter().map(|own| {
            let (signal, reason) = (own.signal.to_owned(), own.reason.to_owned());
            let at = own.at_unix_nano;
            (
                at,
                RejectionItem {
                    at: rfc3339_nanos(at),
                    signal,
                    reason,
                    detail: own.detail,
                    count: own.count,
                    source: None,
                },
            )
        });
        let pulled = self.sources.all().into_iter().flat_map(|(url, state)| {
            state.rejections.into_iter().map(move |theirs| {
                let SourceRejection { at_unix_nano: at, signal, reason, detail, count } = theirs;
                let source = Some(url.clone());
                (at, RejectionItem { at: rfc3339_nanos(at), signal, reason, detail, count, source })
            })
        });
        let mut all: Vec<_> = own.chain(pulled).collect();
        all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        all.into_iter().map(|(_, item)| item).collect()
    }
}

fn source_item((url, state): (String, SourceState)) -> SourceItem {
    let mode = match state.mode {
        SourceMode::Unknown => "unknown",
        SourceMode::Batches => "batches",
        SourceMode::Spans => "spans",
    };
    SourceItem {
        url,
        mode: mode.to_owned(),
        connected: state.connected,
        pulled_items: state.pulled_items,
        waiting_batches: state.waiting_batches,
        lag_ms: millis(state.lag_nanos),
        last_error: state.last_error,
    }
}

fn millis(nanos: i64) -> u64 {
    nanos.max(0).unsigned_abs() / NANOS_PER_MILLI
}

fn describe(state: &IndexState) -> (String, Option<String>) {
    match state {
        IndexState::Ok => ("ok".to_owned(), None),
        IndexState::Opening => ("opening".to_owned(), None),
        IndexState::Rebuilding { rows, rows_total } => {
            ("rebuilding".to_owned(), Some(format!("{rows} of {rows_total} spans")))
        }
        IndexState::ReadingLog { cursor, through } => {
            ("rebuilding".to_owned(), Some(format!("record {cursor} of {through} of the log")))
        }
        IndexState::Degraded(reason) => ("degraded".to_owned(), Some(reason.clone())),
    }
}
