//! Everything that the one-span view shows beyond OTLP's own fields.

pub(crate) mod attributes;
mod context;
mod cost;
mod failures;
mod joined;
mod messages;
mod preview;
mod request;
mod retrieval;
mod tokens;
mod tools;
pub(crate) mod words;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

pub use context::{Agent, Evaluation, PromptTemplate};
pub use cost::CostDetails;
pub use failures::{Exception, Failures, Limits};
pub use messages::{Message, Part, PartKind};
pub use request::Streaming;
pub use retrieval::{Document, Embedding, Reranking, Retrieval};
pub use tokens::Tokens;
pub use tools::{Tool, ToolCall};

use crate::derive::hints::promote_log;
use crate::derive::prices::PriceTable;
use crate::derive::{Promoted, promote_facts};
use crate::dialects::{Field, Sender, keys};
use crate::otlp::value::{LogRecord, Resource, Scope, Span};
use crate::role::Role;
use attributes::Attributes;
use joined::join;
use messages::Messages;

/// One span's derived content, owned, as the API serialises it. Lists are empty and options null where a span has none.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Details {
    /// What the span does, in lower snake case.
    pub role: Option<Role>,
    /// Provider, in OpenTelemetry's spelling.
    pub provider: Option<String>,
    /// Model that answered, else the one that was asked.
    pub model: Option<String>,
    /// Model that was asked.
    pub request_model: Option<String>,
    /// The provider's id of the response.
    pub response_id: Option<String>,
    /// Request parameters in lower snake case: `temperature`, `max_tokens`, ….
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub parameters: Map<String, Json>,
    /// Token counts.
    #[serde(flatten)]
    pub tokens: Tokens,
    /// Cost in US dollars, when it is known.
    pub cost_usd: Option<f64>,
    /// `provider` or `table:<date>`.
    pub cost_source: Option<String>,
    /// How the cost comes about; null for a span without usage.
    pub cost_details: Option<CostDetails>,
    /// The conversation that went in.
    pub input_messages: Vec<Message>,
    /// Whether the client cut that conversation at a length limit: messages may be missing, or the end of a part.
    pub input_messages_truncated: bool,
    /// The messages that came out.
    pub output_messages: Vec<Message>,
    /// Whether the client cut those messages at a length limit.
    pub output_messages_truncated: bool,
    /// Input that is no conversation and no tool's arguments, JSON texts parsed; null when there is none.
    #[schema(value_type = Value)]
    pub input: Json,
    /// Output that is no conversation and no tool's result, JSON texts parsed; null when there is none.
    #[schema(value_type = Value)]
    pub output: Json,
    /// The first 160 characters of what the user said last, else of the input, in one line.
    pub input_preview: Option<String>,
    /// The first 160 characters of the answer, else the tools that were asked for, else of the output, in one line.
    pub output_preview: Option<String>,
    /// Why the model stopped, one a choice.
    pub finish_reasons: Vec<String>,
    /// Whether and how fast the answer was streamed.
    #[serde(flatten)]
    pub streaming: Streaming,
    /// Tools that the model was offered.
    pub tools: Vec<Tool>,
    /// The tool that the span executed.
    pub tool_call: Option<ToolCall>,
    /// Documents that a search found or a reranking kept, best first.
    pub documents: Vec<Document>,
    /// Whether the client cut that list at a length limit: documents may be missing, or the end of one.
    pub documents_truncated: bool,
    /// The search that the span made.
    pub retrieval: Option<Retrieval>,
    /// The reordering that the span made.
    pub reranking: Option<Reranking>,
    /// The texts that the span embedded.
    pub embedding: Option<Embedding>,
    /// Conversation that the span names.
    pub session_id: Option<String>,
    /// User that the span names.
    pub user_id: Option<String>,
    /// Agent that the span names.
    pub agent: Option<Agent>,
    /// Workflow that the span names.
    pub workflow_name: Option<String>,
    /// Where the span stands among the application's entities, or the function that it calls.
    pub entity_path: Option<String>,
    /// The prompt template that was filled in.
    pub prompt: Option<PromptTemplate>,
    /// Judgements on the span.
    pub evaluations: Vec<Evaluation>,
    /// Tags that the application gave.
    pub tags: Vec<String>,
    /// Metadata that the application gave.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub metadata: Map<String, Json>,
    /// OpenInference project, else the service.
    pub project: String,
    /// Deployment environment.
    pub environment: Option<String>,
    /// Release of the application.
    pub release: Option<String>,
    /// What went wrong.
    #[serde(flatten)]
    pub failures: Failures,
    /// What the client left out.
    pub limits: Limits,
}

/// Reads the derived content of `span`; a cost that the client did not send is taken from the bundled prices.
pub fn details(resource: &Resource<'_>, scope: &Scope<'_>, span: &Span<'_>) -> Details {
    let promoted = promote_facts(resource, scope, span, PriceTable::bundled());
    read(resource, scope, span, promoted)
}

/// The same for a span whose log records are `logs`, in order of time: prompts, usage and judgements that were sent
/// only as records appear as if they were on the span.
pub fn details_with_logs<'a>(
    resource: &Resource<'a>,
    scope: &Scope<'a>,
    span: &Span<'a>,
    logs: &[LogRecord<'a>],
) -> Details {
    let mut promoted = promote_facts(resource, scope, span, PriceTable::bundled());
    for hints in logs.iter().filter_map(|record| promote_log(resource, record).hints) {
        hints.complete(&mut promoted, PriceTable::bundled());
    }
    read(resource, scope, &join(span, logs), promoted)
}

fn read(resource: &Resource<'_>, scope: &Scope<'_>, span: &Span<'_>, promoted: Promoted<'_>) -> Details {
    let sender = Sender { scope: &scope.name, name: &span.name };
    let attributes = Attributes::said_by(&sender, &span.attributes);
    let role = promoted.role;
    let Messages { list: input_messages, truncated: input_messages_truncated } =
        messages::input(&attributes, role, span);
    let Messages { list: output_messages, truncated: output_messages_truncated } =
        messages::output(&attributes, role, span);
    let (documents, documents_truncated) = retrieval::documents(&attributes, span);
    let parameters = request::parameters(&attributes);
    let input =
        if shows_input(role, &input_messages) { content(&attributes, Field::Input) } else { Json::Null };
    let output =
        if shows_output(role, &output_messages) { content(&attributes, Field::Output) } else { Json::Null };
    let counted = tokens::counted(&promoted, &attributes);
    Details {
        role,
        request_model: request::model(&attributes),
        response_id: attributes.text(keys(Field::ResponseId)),
        cost_details: cost::details(&promoted, &counted, PriceTable::bundled()),
        tokens: counted,
        input_preview: preview::asked(&input_messages, &input),
        output_preview: preview::answered(&output_messages, &output),
        input,
        output,
        finish_reasons: request::finish_reasons(&attributes, &output_messages),
        streaming: request::streaming(&attributes, &parameters, span),
        tools: tools::offered(&attributes),
        tool_call: tools::executed(&attributes, &promoted, &input_messages, &output_messages),
        documents,
        documents_truncated,
        retrieval: retrieval::retrieval(&attributes, role),
        reranking: retrieval::reranking(&attributes),
        embedding: retrieval::embedding(&attributes),
        agent: context::agent(&attributes, promoted.agent_name.as_deref()),
        workflow_name: attributes.text(keys(Field::WorkflowName)),
        entity_path: attributes.text(keys(Field::EntityPath)),
        prompt: context::prompt(&attributes),
        evaluations: context::evaluations(&attributes, span),
        tags: attributes.texts(keys(Field::Tags)),
        metadata: context::metadata(&attributes),
        project: context::project(resource, &promoted.service),
        environment: context::environment(resource, &attributes),
        release: attributes.text(keys(Field::Release)),
        failures: failures::failures(span, &attributes, promoted.error_type.as_deref()),
        limits: failures::limits(span),
        cost_usd: promoted.cost_usd,
        cost_source: promoted.cost_source.map(String::from),
        provider: promoted.provider.map(String::from),
        model: promoted.model.map(String::from),
        session_id: promoted.session_id.map(String::from),
        user_id: promoted.user_id.map(String::from),
        parameters,
        input_messages,
        input_messages_truncated,
        output_messages,
        output_messages_truncated,
    }
}

/// A tool's arguments are shown as such, and a conversation as messages.
fn shows_input(role: Option<Role>, messages: &[Message]) -> bool {
    messages.is_empty() && role != Some(Role::Tool)
}

/// Likewise, and the vectors of an embedding call are not shown at all.
fn shows_output(role: Option<Role>, messages: &[Message]) -> bool {
    shows_input(role, messages) && role != Some(Role::Embedding)
}

/// Input or output (`side`) that is no conversation.
fn content(attributes: &Attributes<'_, '_>, side: Field) -> Json {
    attributes.json(keys(side)).unwrap_or_default()
}
