//! What attributes can say about a span, whichever dialect says it.

use crate::otlp::value::Value;
use crate::provider::is_framework;
use crate::scalar;

/// What a value must be to count as a hit; a worse key is used instead of one that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text that is not empty, or a number.
    Text,
    /// The same, but no framework's name.
    Seller,
    /// A whole number of at least 0, in any type.
    Count,
    /// A finite number, in any type.
    Number,
    /// JSON text or a map, read later and only if needed.
    Json,
    /// Looked up by key in the one-span view only.
    Detail,
}

impl Shape {
    pub(super) fn fits(self, value: &Value<'_>) -> bool {
        match self {
            Self::Text => match value {
                Value::String(text) => !text.is_empty(),
                Value::Int(_) | Value::Double(_) | Value::Bool(_) => true,
                _ => false,
            },
            Self::Seller => match value {
                Value::String(text) => !text.is_empty() && !is_framework(text),
                other => Self::Text.fits(other),
            },
            Self::Count => scalar::count(value).is_some(),
            Self::Number => scalar::float(value).is_some(),
            Self::Json => matches!(value, Value::String(_) | Value::Map(_)),
            Self::Detail => true,
        }
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident $shape:ident;)*) => {
        /// Something that an attribute can say about a span.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Field {
            $($(#[$doc])* $field,)*
        }

        impl Field {
            pub(super) const ALL: &[(Self, Shape)] = &[$((Self::$field, Shape::$shape)),*];
        }
    };
}

fields! {
    // promoted: found in one pass over the attributes of every span
    /// Who sells the model.
    Provider Seller;
    /// What stands where the provider should, a framework among others.
    Framework Text;
    Model Text;
    /// A JSON object with the request's parameters.
    InvocationParameters Json;
    /// Input tokens with those that were read from or written to a cache.
    InputTokens Count;
    /// Input tokens without those.
    UncachedInputTokens Count;
    /// Output tokens with those of reasoning.
    OutputTokens Count;
    /// Output tokens without those.
    VisibleOutputTokens Count;
    TotalTokens Count;
    CachedInputTokens Count;
    CacheWriteTokens Count;
    ReasoningTokens Count;
    AudioInputTokens Count;
    AudioOutputTokens Count;
    /// Cached input tokens of an SDK that counts them into the input, whatever the provider does.
    CachedInsideInput Count;
    /// Cached input tokens of an SDK that hands on what the provider's API said, cached ones beside the others or not.
    CachedAsProviderSays Count;
    /// A JSON object with what the provider's API said, of such an SDK.
    ProviderDetails Json;
    CostTotal Number;
    CostInput Number;
    CostOutput Number;
    /// A JSON object with costs by part.
    CostDetails Json;
    SessionId Text;
    /// A JSON object that may name a conversation.
    Metadata Json;
    /// What stands for a conversation where nothing names one.
    CorrelationId Text;
    UserId Text;
    AgentName Text;
    ToolName Text;
    /// Name of whatever the span is, an agent or a tool among others.
    EntityName Text;
    ErrorType Text;
    /// What says that a span has not ended yet.
    PendingMark Text;
    SpanType Text;
    StructuralId Text;
    /// Id of one run of an executable.
    RuntimeId Text;
    /// What a run is found by in the application's own code: the key of an agent.
    AgentKey Text;
    /// How an agent's run ended.
    RunOutcome Text;
    /// Whether a run was cancelled.
    RunCancelled Text;
    /// The application's word for what a run is correlated with.
    CorrelationType Text;
    NodeCount Count;

    // details: looked up for one span, or where a span is in doubt
    /// Prefixes of keys that only an answer of a model has.
    AnswerPrefix Detail;
    /// Prefix of keys that only a reranking has.
    RerankerPrefix Detail;
    /// Names of events, not keys: messages of a model's call.
    MessageEvent Detail;
    /// Names of events, not keys: a change of state.
    StateEvent Detail;
    /// Beginnings of names of events, not keys.
    EventNamespace Detail;
    /// Prefixes of flattened lists of judgements.
    EvaluationListPrefix Detail;
    ResponseId Detail;
    RequestModel Detail;
    /// Prefixes of keys, each a request parameter.
    ParameterPrefix Detail;
    /// JSON objects of request parameters.
    ParameterObject Detail;
    FinishReasons Detail;
    /// Seconds.
    FirstChunkSeconds Detail;
    /// Milliseconds.
    FirstChunkMillis Detail;
    /// RFC 3339.
    FirstChunkTime Detail;
    IsStreaming Detail;
    /// Names of events, not keys: the first piece of a streamed answer.
    FirstChunkEvent Detail;
    /// Names of events, not keys: any piece of one.
    ChunkEvent Detail;
    /// Input that is no conversation.
    Input Detail;
    /// Output that is no conversation.
    Output Detail;
    ToolDefinitions Detail;
    /// Prefixes of flattened lists of tools.
    ToolListPrefix Detail;
    /// JSON objects with a list of tools among their members.
    ToolsInside Detail;
    ToolCallId Detail;
    ToolKind Detail;
    ToolDescription Detail;
    ToolArguments Detail;
    /// A tool's arguments, or the JSON schema of them.
    ToolParameters Detail;
    ToolResult Detail;
    AgentId Detail;
    AgentDescription Detail;
    AgentVersion Detail;
    AgentNodeId Detail;
    AgentParentNodeId Detail;
    WorkflowName Detail;
    EntityPath Detail;
    PromptName Detail;
    PromptId Detail;
    PromptVersion Detail;
    PromptTemplate Detail;
    PromptVariables Detail;
    PromptUrl Detail;
    PromptVendor Detail;
    /// Name of an event, not a key: a judgement.
    EvaluationEvent Detail;
    EvaluationName Detail;
    EvaluationScore Detail;
    EvaluationLabel Detail;
    EvaluationExplanation Detail;
    Tags Detail;
    /// A JSON object of metadata.
    MetadataObject Detail;
    /// Prefixes of keys, each a member of the metadata.
    MetadataPrefix Detail;
    /// Of the resource.
    Project Detail;
    /// Of the resource.
    ResourceEnvironment Detail;
    Environment Detail;
    Release Detail;
    StatusMessage Detail;
    Level Detail;
    Cancelled Detail;
    CancelledReason Detail;
    /// Prefixes of flattened lists of documents that were found.
    DocumentListPrefix Detail;
    Documents Detail;
    /// Name of an event, not a key: a document that was found.
    DocumentEvent Detail;
    /// Prefix of the keys in that event.
    DocumentEventPrefix Detail;
    RetrievalQuery Detail;
    DataSource Detail;
    RerankerQuery Detail;
    RerankerTopK Detail;
    /// Prefix of the flattened list of documents that went into a reranking.
    RerankerInputPrefix Detail;
    /// Prefix of the flattened list of embeddings.
    EmbeddingListPrefix Detail;
    /// Texts that were embedded, each as JSON.
    EmbeddedTexts Detail;
    FirstVector Detail;
    EmbeddingDimensions Detail;
}
