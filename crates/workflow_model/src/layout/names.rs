//! Names of nodes and edges inside of one graph.

use std::collections::HashMap;

/// Names of the parts of one graph; a repeated one gets a number.
#[derive(Default)]
pub(super) struct Names(HashMap<String, usize>);

impl Names {
    pub(super) fn of(&mut self, structural_id: Option<&str>, or: impl FnOnce() -> String) -> String {
        let name = structural_id.map_or_else(or, str::to_owned);
        let seen = self.0.entry(name.clone()).or_default();
        *seen += 1;
        if *seen == 1 { name } else { format!("{name}#{seen}") }
    }
}
