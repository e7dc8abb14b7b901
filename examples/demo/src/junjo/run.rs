//! One run of a workflow or subflow: its span, its nodes' spans, its store.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::Value;

use super::graph::{Graph, GraphDefinition, NodeDefinition};
use super::store::{Store, payload};
use crate::telemetry::Source;
use crate::trace::{Failure, SpanRef, Trace};

/// The version of the SDK's telemetry contract that the demo speaks (junjo 0.69).
const CONTRACT_VERSION: i64 = 3;

/// A span with the ids that its children name as their parent's.
#[derive(Clone, Debug)]
pub(crate) struct Executable {
    pub(crate) span: SpanRef,
    kind: &'static str,
    definition_id: String,
    runtime_id: String,
    structural_id: String,
}

/// What a run is part of: the conversation turn that every executable of the tree carries.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) source: Source,
    pub(crate) correlation_id: String,
}

#[derive(Debug)]
pub(crate) struct WorkflowRun {
    pub(crate) store: Store,
    executable: Executable,
    graph: Graph,
    setting: Setting,
    node_count: i64,
}

impl WorkflowRun {
    /// Starts a top-level workflow below any span, or as the root.
    pub(crate) fn start(
        trace: &mut Trace,
        (service, parent): (&'static str, Option<SpanRef>),
        name: &str,
        definition: &GraphDefinition,
        store: (&'static str, Value),
    ) -> Self {
        let setting = Setting {
            source: Source { service, scope: "junjo" },
            correlation_id: format!("turn-{}", &trace.id_hex()[..8]),
        };
        let span = trace.open(setting.source, parent, name, SpanKind::Internal);
        let executable = Executable {
            span,
            kind: "workflow",
            definition_id: trace.junjo_id(),
            runtime_id: trace.junjo_id(),
            structural_id: definition.structural_id(),
        };
        Self::open(trace, executable, definition, setting, store)
    }

    /// Starts the subflow that `self`'s graph declares as `label`, below `parent` (this run or one of its groups).
    pub(crate) fn start_subflow(
        &mut self,
        trace: &mut Trace,
        parent: &Executable,
        label: &str,
        store: (&'static str, Value),
    ) -> Self {
        let node = self.graph.node(label).clone();
        let NodeDefinition::Subflow(name, definition) = &node.definition else {
            unreachable!("scenarios start as subflows only what their graph declares as one")
        };
        let span = trace.open(self.setting.source, Some(parent.span), name, SpanKind::Internal);
        let executable = Executable {
            span,
            kind: "subflow",
            definition_id: node.runtime_id,
            runtime_id: trace.junjo_id(),
            structural_id: definition.structural_id(),
        };
        self.node_count += 1;
        set_parent(trace, span, parent);
        trace.set(span, "junjo.parent_executable_type", parent.kind);
        trace.set(span, "junjo.workflow.parent_store.id", self.store.id.as_str());
        Self::open(trace, executable, definition, self.setting.clone(), store)
    }

    fn open(
        trace: &mut Trace,
        executable: Executable,
        definition: &GraphDefinition,
        setting: Setting,
        (store_name, state): (&'static str, Value),
    ) -> Self {
        let store = Store::new(trace, store_name, state);
        let graph = definition.instantiate(trace);
        let span = executable.span;
        trace.set_all(span, payload("junjo.workflow.state.start", store.state_text()));
        trace.set(span, "junjo.store.revision.start", store.revision);
        trace.set(span, "junjo.store.transition.start", store.sequence);
        let snapshot = graph.snapshot(trace);
        trace.set(span, "junjo.workflow.execution_graph_snapshot", snapshot);
        trace.set(span, "junjo.workflow.store.id", store.id.as_str());
        set_identity(trace, &executable, &setting);
        trace.set(span, "junjo.enclosing_graph_structural_id", graph.structural_id.as_str());
        Self { store, executable, graph, setting, node_count: 0 }
    }

    pub(crate) fn executable(&self) -> Executable {
        self.executable.clone()
    }

    /// Opens a node's span directly below this run.
    pub(crate) fn enter(&mut self, trace: &mut Trace, label: &str) -> Executable {
        let parent = self.executable();
        self.enter_in(trace, &parent, label)
    }

    /// Opens the span of a node or a group below `parent` (this run or one of its groups).
    pub(crate) fn enter_in(&mut self, trace: &mut Trace, parent: &Executable, label: &str) -> Executable {
        let node = self.graph.node(label).clone();
        let is_group = matches!(node.definition, NodeDefinition::Concurrent(..));
        let span = trace.open(self.setting.source, Some(parent.span), label, SpanKind::Internal);
        let executable = Executable {
            span,
            kind: if is_group { "run_concurrent" } else { "node" },
            definition_id: node.runtime_id.clone(),
            runtime_id: node.runtime_id,
            structural_id: node.structural_id,
        };
        self.node_count += i64::from(!is_group);
        set_identity(trace, &executable, &self.setting);
        trace.set(span, "junjo.enclosing_graph_structural_id", self.graph.structural_id.as_str());
        set_parent(trace, span, parent);
        executable
    }

    /// Ends the run with the state that its store has now.
    pub(crate) fn finish(self, trace: &mut Trace) {
        let span = self.executable.span;
        trace.set(span, "junjo.store.transition.end", self.store.sequence);
        trace.set_all(span, payload("junjo.workflow.state.end", self.store.state_text()));
        trace.set(span, "junjo.store.revision.end", self.store.revision);
        trace.set(span, "junjo.store.transition.count", self.store.sequence);
        trace.set(span, "junjo.store.reconstructable", true);
        trace.set(span, "junjo.workflow.node.count", self.node_count);
        trace.close(span);
    }

    /// Ends the run because of what its failing node raised.
    pub(crate) fn fail(self, trace: &mut Trace, failure: Failure) {
        trace.fail(self.executable.span, failure);
        self.finish(trace);
    }
}

fn set_identity(trace: &mut Trace, executable: &Executable, setting: &Setting) {
    let span = executable.span;
    trace.set(span, "junjo.telemetry.contract_version", CONTRACT_VERSION);
    trace.set(span, "junjo.span_type", executable.kind);
    trace.set(span, "junjo.executable_definition_id", executable.definition_id.as_str());
    trace.set(span, "junjo.executable_runtime_id", executable.runtime_id.as_str());
    trace.set(span, "junjo.executable_structural_id", executable.structural_id.as_str());
    trace.set(span, "junjo.correlation.type", "ai_chat.turn");
    trace.set(span, "junjo.correlation.id", setting.correlation_id.as_str());
}

fn set_parent(trace: &mut Trace, span: SpanRef, parent: &Executable) {
    trace.set(span, "junjo.parent_executable_definition_id", parent.definition_id.as_str());
    trace.set(span, "junjo.parent_executable_runtime_id", parent.runtime_id.as_str());
    trace.set(span, "junjo.parent_executable_structural_id", parent.structural_id.as_str());
}
