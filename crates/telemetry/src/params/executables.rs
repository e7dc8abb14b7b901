//! The identity of an executable, as the application that ran it knows it.

use junjo_span_store::{Field, Literal, Op, SpanExpr, SpanFilter};
use junjo_web::{ApiError, ApiResult};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Longer ids are no ids of an SDK.
const TEXT_CHARS_MAX: usize = 1_024;
/// The id of a run that the Junjo SDK sends since 0.63, which is all that makes links.
const RUNTIME_ID: &str = "runtime_id";
const NAMESPACE: &str = "service_namespace";
const NO_NAMESPACE: &str = r#"not service_namespace exists or service_namespace = """#;

/// What ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExecutableType {
    /// A run of a workflow.
    Workflow,
    /// A run of a workflow inside another one.
    Subflow,
    /// A run of an agent.
    Agent,
    /// A node of a workflow.
    Node,
    /// Nodes that run at the same time.
    RunConcurrent,
}

/// Which executable.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExecutableParams {
    /// `service.namespace` of the application; empty or left out when it has none.
    pub service_namespace: Option<String>,
    /// `service.name` of the application.
    pub service_name: String,
    /// Type of the executable, as `junjo.span_type` says it.
    #[param(inline)]
    pub executable_type: ExecutableType,
    /// `junjo.executable_runtime_id`.
    pub runtime_id: String,
}

impl ExecutableType {
    /// As `junjo.span_type` says it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Subflow => "subflow",
            Self::Agent => "agent",
            Self::Node => "node",
            Self::RunConcurrent => "run_concurrent",
        }
    }
}

impl ExecutableParams {
    /// The filter of the spans that have this identity.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filter(&self) -> ApiResult<SpanFilter> {
        let namespace = self.service_namespace.as_deref().unwrap_or_default();
        let namespace = if namespace.is_empty() {
            let refused = |error| ApiError::invalid_field("service_namespace", format!("{error}"));
            SpanExpr::parse(NO_NAMESPACE).map_err(refused)?
        } else {
            equals("service_namespace", NAMESPACE, namespace)?
        };
        let parts = [
            equals("executable_type", "span_type", self.executable_type.as_str())?,
            equals("service_name", "service", &self.service_name)?,
            namespace,
            equals("runtime_id", RUNTIME_ID, &self.runtime_id)?,
        ];
        Ok(SpanFilter { expr: SpanExpr::all(parts), ..SpanFilter::default() })
    }
}

/// The condition that a field is what a parameter says.
fn equals(param: &'static str, field: &str, value: &str) -> ApiResult<SpanExpr> {
    let refused = |message: String| ApiError::invalid_field(param, message);
    if value.is_empty() || value.chars().count() > TEXT_CHARS_MAX {
        return Err(refused(format!("give a text of 1 to {TEXT_CHARS_MAX} characters")));
    }
    let field = Field::named(field).ok_or_else(|| refused(format!("{field} cannot be filtered by")))?;
    SpanExpr::compare(field, Op::Equal, Literal::Text(value.to_owned())).map_err(refused)
}
