//! What one span proves by itself, and what other spans must agree with. Spans are checked while they are read, so that no
//! payload has to stay in memory. It knows no trace.
//!
//! | file | what is there |
//! |---|---|
//! | `finding` | findings, withheld payloads |
//! | `slot` | payloads with mode and policy |
//! | `facts` | what one span says that others must agree with |
//! | `ended` | how a span ended |
//! | `span`, `owner`, `model_call`, `tool_call`, `snapshot` | rules that one span can break |

mod ended;
mod facts;
mod finding;
mod model_call;
mod owner;
mod slot;
mod snapshot;
mod span;
mod tool_call;

pub(crate) use facts::{
    AgentFacts, CallFacts, ModelFacts, OperationFacts, ParentIds, RoleFacts, ToolFacts, UsageSums,
};
pub use finding::{Finding, FindingCode, PayloadMode, WithheldPayload};
pub use span::SpanEvidence;
