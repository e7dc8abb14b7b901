//! What a run's telemetry proves: Junjo's contract 2 and later says what must be there, and each rule that does not hold is a
//! finding at the span or event that causes it. What one span proves alone is in `crate::proof`.
//!
//! | file | what is there |
//! |---|---|
//! | `answer` | what a run proves, as JSON |
//! | `run` | all checks of one run |
//! | `operations`, `transitions`, `tree` | rules that only several spans can break together |

mod answer;
mod operations;
mod run;
mod transitions;
mod tree;

pub use answer::{Evidence, EvidenceStatus, ReplayStatus};
