//! The services that the traces come from.

use crate::telemetry::Source;

pub(super) const WEB: Source =
    Source { service: "bookshop-web", scope: "opentelemetry.instrumentation.asgi" };
pub(super) const AGENT: Source =
    Source { service: "support-agent", scope: "opentelemetry.util.genai.handler" };
pub(super) const RETRIEVAL: Source =
    Source { service: "support-agent", scope: "openinference.instrumentation.openai" };
pub(super) const FLOWS: Source =
    Source { service: "ticket-flows", scope: "openinference.instrumentation.anthropic" };
pub(super) const RESEARCH: Source =
    Source { service: "research-agent", scope: "opentelemetry.util.genai.handler" };
