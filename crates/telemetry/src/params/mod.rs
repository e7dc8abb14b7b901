//! Questions as query strings ask them: groups of parameters, and how each becomes a typed filter. A group is written down
//! once and used by every route that has it. They ask no store.
//!
//! | group | parameters |
//! |---|---|
//! | [`TimeParams`] | the time range |
//! | [`PageParams`] | the page of a list |
//! | [`FilterParams`] | what spans and traces are filtered by alike |
//! | [`SpanFilterParams`], [`TraceFilterParams`] | what only spans, only traces are filtered by |
//! | [`LogFilterParams`], [`RunFilterParams`], [`OverlayParams`], [`GroupFilterParams`] | the filters of other lists |
//! | [`ExecutableParams`] | the identity of one executable |
//! | [`StatsParams`] | what is counted, and how |

mod columns;
mod executables;
mod failures;
mod filter;
mod groups;
mod ids;
mod logs;
mod order;
mod page;
mod runs;
pub(crate) mod stats;
mod text;
mod time;

pub use columns::{COLUMNS_MAX, ColumnParams};
pub use executables::{ExecutableParams, ExecutableType};
pub use failures::FailureParams;
pub use filter::{FilterParams, SearchIn, SpanFilterParams, TraceFilterParams};
pub use groups::GroupFilterParams;
pub use ids::{span_id, trace_id};
pub use logs::LogFilterParams;
pub use order::{DirectionParam, OrderParam, OrderParams, RunOrderParam, RunOrderParams};
pub use page::{LIST_LIMIT, PageParams};
pub use runs::{
    ComparisonParams, EvidenceParam, OverlayParams, RunFilterParams, RunKindParam, RunOutcomeParam,
    RunQuestion,
};
pub use stats::{StatsParams, StatsQuestion, Subject};
pub use time::TimeParams;
