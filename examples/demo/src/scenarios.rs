//! The traces that the demo sends, one module each, with the log records inside them. A scenario builds traces and sends
//! nothing.

mod conversation;
mod failing_workflow;
mod retries;
mod services;
mod slow_research;
mod support_chat;
mod ticket_workflow;

use rand::rngs::StdRng;

use crate::trace::Trace;

/// A kind of trace that the demo knows to build.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// One trace or several that belong together, oldest first.
    pub(crate) build: fn(&mut StdRng) -> Vec<Trace>,
}

/// All scenarios, in the order in which they are sent.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "slow research", build: slow_research::build },
    Scenario { name: "failing workflow", build: failing_workflow::build },
    Scenario { name: "conversation of three turns", build: conversation::build },
    Scenario { name: "errors and retries", build: retries::build },
    Scenario { name: "support chat", build: support_chat::build },
    Scenario { name: "ticket workflow", build: ticket_workflow::build },
];

#[cfg(test)]
mod tests;
