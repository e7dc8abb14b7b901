//! Where the failure of a run began.

use crate::matching::Matching;
use crate::span::JunjoSpan;
use crate::stores::execution_around;
use crate::trace::JunjoTrace;
use crate::view::RunFailure;

impl JunjoTrace {
    /// The deepest span that failed as the run did; every span around it records the same exception.
    pub(super) fn failure(&self, root: usize, subtree: &[usize], matching: &Matching) -> Option<RunFailure> {
        let run = &self.spans()[root];
        if !run.failed {
            return None;
        }
        let same = |span: &JunjoSpan| span.failed && span.error_message == run.error_message;
        let depth = |place: &usize| {
            let (mut at, mut depth) = (self.around(*place), 0);
            while let Some(around) = at.filter(|around| *around != root && depth <= self.spans().len()) {
                depth += 1;
                at = self.around(around);
            }
            depth
        };
        let failed = subtree.iter().copied().filter(|place| *place != root && same(&self.spans()[*place]));
        // of equally deep ones the first, which is what the others were cancelled or failed for
        let deepest = failed
            .map(|place| (depth(&place), place))
            .reduce(|best, other| if other.0 > best.0 { other } else { best });
        let place = deepest.map_or(root, |(_, place)| place);
        let span = &self.spans()[place];
        let node = execution_around(self, matching, place).map(|(key, _)| key);
        Some(RunFailure {
            span_id: span.span_id.to_string(),
            name: span.name.clone(),
            node_key: node.filter(|_| place != root),
            error_type: span.error_type.clone(),
            message: span.error_message.clone(),
        })
    }
}
