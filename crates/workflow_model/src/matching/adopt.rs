//! Executions whose parent span has not arrived.

use super::found::{Candidate, Matching};
use super::scope::Scope;
use crate::graph_view::MatchedBy;
use crate::trace::JunjoTrace;
use crate::warning::{Warning, WarningCode};

impl Matching {
    /// Executions whose parent is missing, found by the ids of the graph and the time of the run.
    pub(super) fn adopt(&mut self, trace: &JunjoTrace, scope: &Scope<'_>) -> Vec<usize> {
        if !scope.own {
            return Vec::new();
        }
        let run = &trace.spans()[scope.run];
        let lost: Vec<usize> = self
            .orphans
            .iter()
            .copied()
            .filter(|place| !self.by_span.contains_key(place))
            .filter(|place| {
                let span = &trace.spans()[*place];
                let during = (run.start_unix_nano..=run.end_unix_nano).contains(&span.start_unix_nano);
                during && scope.find(span).is_some_and(|(_, by)| by == MatchedBy::RuntimeId)
            })
            .collect();
        let mut adopted = Vec::new();
        for place in lost {
            let span = &trace.spans()[place];
            let group = scope.find(span).and_then(|(at, _)| self.layout.nodes[scope.places[at]].group);
            let text = format!("the span around \"{}\" is missing", span.name);
            self.warn(Warning::new(WarningCode::ParentMissing, text).span(span.span_id));
            self.execute(trace, scope, Candidate { span: place, group: None, position: 1 });
            if group.is_none() {
                adopted.push(place);
            }
        }
        adopted
    }
}
