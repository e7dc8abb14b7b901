//! What one span says in Junjo's vocabulary.

mod agent;
mod evaluation;
mod hooks;
mod read;

pub use agent::{AgentOperation, AgentOutcome};
pub use evaluation::{Correlation, EvaluationContext};
pub use hooks::HookProblem;
pub use read::{JunjoSpan, Vocabulary};
