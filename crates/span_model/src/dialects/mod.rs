//! The vocabularies that instrumentations speak, one file each, and the order in which they are believed.
//!
//! A new dialect is a file with its [`dialect::Dialect`] and a line in `precedence.rs`. Nothing outside of this folder
//! names the keys of a dialect, but for those of messages (`details/messages`).

mod dialect;
mod field;
mod precedence;
mod slots;

mod api_usage;
mod autogen;
mod claude_code;
mod codex;
mod crewai;
mod gemini_cli;
mod gen_ai;
mod google;
mod google_adk;
mod haystack;
mod junjo;
mod langfuse;
mod langsmith;
mod litellm;
mod livekit;
mod llama_index;
mod logfire;
mod mcp;
mod mlflow;
mod openai_agents;
mod openinference;
mod pydantic_ai;
mod semantic_kernel;
mod sentry;
mod spring_ai;
mod strands;
mod traceloop;
mod vercel;

pub(crate) use dialect::Sender;
pub(crate) use field::Field;
pub(crate) use logfire::PENDING;
pub(crate) use precedence::{is_foreign, keys};
pub(crate) use slots::Slots;
