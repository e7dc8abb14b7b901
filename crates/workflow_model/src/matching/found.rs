//! What matching finds.

use std::collections::{HashMap, HashSet};

use crate::graph_view::MatchedBy;
use crate::layout::Layout;
use crate::warning::Warning;

/// Warnings that a view lists.
const WARNINGS_MAX: usize = 200;

/// One execution, as places in trace and layout.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) span: usize,
    pub(crate) node: usize,
    pub(crate) run: usize,
    pub(crate) group: Option<usize>,
    pub(crate) position: usize,
    pub(crate) iteration: usize,
    pub(crate) by: MatchedBy,
}

/// One execution of a group, as places in trace and layout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupRun {
    pub(crate) span: usize,
    pub(crate) node: usize,
}

/// A span to match: whether it is in a group, and its place among the executions of its run or group, from 1.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) span: usize,
    pub(super) group: Option<GroupRun>,
    pub(super) position: usize,
}

/// What was executed of a run's graph.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    pub(crate) layout: Layout,
    pub(crate) executions: Vec<Matched>,
    /// The execution of each span that is one.
    pub(crate) by_span: HashMap<usize, usize>,
    pub(crate) warnings: Vec<Warning>,
    /// Version and hash of the run's graph.
    pub(crate) graph: Option<(u8, Option<String>)>,
    pub(super) seen: HashSet<usize>,
    pub(super) iterations: HashMap<(usize, usize), usize>,
    pub(super) orphans: Vec<usize>,
    pub(super) levels: usize,
}

impl Matching {
    pub(crate) fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings.push(warning);
        }
    }
}
