//! Two structural versions of one workflow beside each other, each as its newest run declares it.

use junjo_span_store::{OverlayFilter, SpanRow};
use junjo_web::ApiError;
use junjo_web::clock::rfc3339_nanos;
use junjo_workflow_model::{RunError, WorkflowGraph, compare_graphs};

use super::load_run::LoadLimits;
use super::runs::RunViews;
use crate::answers::run::{StructuralComparison, StructuralVersion};
use crate::error::TelemetryResult;

/// What one run may read; a graph is on its span alone.
const GRAPH_LIMITS: LoadLimits = LoadLimits { spans_max: 2_000, bytes_max: 8 << 20 };

impl RunViews {
    /// Which nodes and edges came and went from `left` to `right`.
    pub(crate) async fn compare(
        &self,
        left: OverlayFilter,
        right: OverlayFilter,
    ) -> TelemetryResult<StructuralComparison> {
        let _permit = self.permit().await?;
        let (left, left_graph) = self.version(left, "left").await?;
        let (right, right_graph) = self.version(right, "right").await?;
        Ok(StructuralComparison { left, right, comparison: compare_graphs(&left_graph, &right_graph) })
    }

    /// A version with the graph of its newest run; `side` is the parameter that names it.
    async fn version(
        &self,
        filter: OverlayFilter,
        side: &'static str,
    ) -> TelemetryResult<(StructuralVersion, WorkflowGraph)> {
        let structural_id = filter.structural_id.clone();
        let found = self.store.overlay_runs(filter, 1).await?;
        let Some(row) = found.newest.into_iter().next() else {
            let text = "no run of this structural id has arrived: take one from the list of runs";
            return Err(ApiError::invalid_field(side, text).into());
        };
        let graph = self.graph(&row).await?.ok_or_else(|| {
            ApiError::invalid_field(
                side,
                "the newest run of this structural id sent no graph that can be read",
            )
        })?;
        let version = StructuralVersion {
            structural_id,
            name: row.name,
            service: row.service,
            service_version: row.service_version,
            trace_id: row.trace_id.to_string(),
            span_id: row.span_id.to_string(),
            start_time: rfc3339_nanos(row.start_unix_nano),
        };
        Ok((version, graph))
    }

    async fn graph(&self, row: &SpanRow) -> TelemetryResult<Option<WorkflowGraph>> {
        let (trace_id, span_id) = (row.trace_id, row.span_id);
        let loaded = self.load_run(trace_id, span_id, GRAPH_LIMITS).await?;
        let read = move || -> Result<_, RunError> { Ok(loaded.trace.detail(trace_id, span_id)?.graph) };
        let graph = tokio::task::spawn_blocking(read).await?;
        Ok(graph.unwrap_or_default().filter(|graph| graph.version.is_some()))
    }
}
