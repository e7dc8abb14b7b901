//! Orders of lists.

use junjo_span_store::{Direction, Order, OrderBy, RunOrderBy};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// The order of traces, conversations and users.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrderParams {
    /// What the list is ordered by: `start` (the default), `duration`, `cost`, `tokens`, `errors` or `spans`; of conversations and users
    /// `start` is that of the latest trace, and the figures are sums over their traces. Rows without the figure come last.
    #[param(inline)]
    pub order: Option<OrderParam>,
    /// `desc` (the default) has the highest figure first, `asc` the lowest.
    #[param(inline)]
    pub direction: Option<DirectionParam>,
}

/// The order of runs.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunOrderParams {
    /// What the list is ordered by: `start` (the default) or `duration`.
    #[param(inline)]
    pub order: Option<RunOrderParam>,
    /// `desc` (the default) has the highest figure first, `asc` the lowest.
    #[param(inline)]
    pub direction: Option<DirectionParam>,
}

/// What traces, conversations and users are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderParam {
    /// Start.
    #[default]
    Start,
    /// Duration.
    Duration,
    /// Cost.
    Cost,
    /// Input and output tokens.
    Tokens,
    /// Failed spans.
    Errors,
    /// Spans.
    Spans,
}

/// What runs are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOrderParam {
    /// Start.
    #[default]
    Start,
    /// Duration.
    Duration,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DirectionParam {
    /// The highest figure.
    #[default]
    Desc,
    /// The lowest figure.
    Asc,
}

impl OrderParams {
    /// The order.
    pub fn to_order(self) -> Order {
        let by = match self.order.unwrap_or_default() {
            OrderParam::Start => OrderBy::Start,
            OrderParam::Duration => OrderBy::Duration,
            OrderParam::Cost => OrderBy::Cost,
            OrderParam::Tokens => OrderBy::Tokens,
            OrderParam::Errors => OrderBy::Errors,
            OrderParam::Spans => OrderBy::Spans,
        };
        Order { by, direction: direction(self.direction) }
    }
}

impl RunOrderParams {
    /// The order.
    pub fn to_order(self) -> Order<RunOrderBy> {
        let by = match self.order.unwrap_or_default() {
            RunOrderParam::Start => RunOrderBy::Start,
            RunOrderParam::Duration => RunOrderBy::Duration,
        };
        Order { by, direction: direction(self.direction) }
    }
}

fn direction(param: Option<DirectionParam>) -> Direction {
    match param.unwrap_or_default() {
        DirectionParam::Desc => Direction::Descending,
        DirectionParam::Asc => Direction::Ascending,
    }
}
