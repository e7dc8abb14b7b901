//! Which span executed which node: loops, groups, subflows by their own graph, and what is declared nowhere.
//!
//! | span | node |
//! |---|---|
//! | node, group | runtime id (legacy: `junjo.id`) = the node's id |
//! | subflow | definition id (legacy: `junjo.id`) = the node's id |
//! | inside a subflow | the ids of the subflow run's own graph; the parent's JSON has throw-away ones |

mod adopt;
mod found;
mod run;
mod scope;

pub(crate) use found::{GroupRun, Matched, Matching};
pub(crate) use scope::Scope;
