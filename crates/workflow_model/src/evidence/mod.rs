//! What a run's telemetry proves: Junjo's contract 2 and later says what must be there, and each rule that does not hold is a
//! finding at the span or event that causes it. Spans are checked one by one while they are read, so that no payload has to
//! stay in memory; what only several spans tell together is checked on the trace.
//!
//! | file | what is there |
//! |---|---|
//! | `finding` | findings, and the answer for one run |
//! | `slot` | payloads with mode and policy |
//! | `facts` | what one span says that others must agree with |
//! | `span`, `owner`, `model_call`, `tool_call`, `snapshot` | rules that one span can break |
//! | `run`, `operations`, `transitions`, `tree` | rules about a whole run |

mod facts;
mod finding;
mod model_call;
mod operations;
mod owner;
mod run;
mod slot;
mod snapshot;
mod span;
mod tool_call;
mod transitions;
mod tree;

pub use finding::{
    Evidence, EvidenceStatus, Finding, FindingCode, PayloadMode, ReplayStatus, WithheldPayload,
};
pub use span::SpanEvidence;
