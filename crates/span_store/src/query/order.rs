//! Orders of lists besides newest first. Pure.

/// What traces, conversations and users are ordered by. Rows without the figure come last in either direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum OrderBy {
    /// Start; of conversations and users that of the latest trace.
    #[default]
    Start,
    /// Duration; of conversations and users from the first start to the latest end.
    Duration,
    /// Cost, as far as it is known.
    Cost,
    /// Input and output tokens together.
    Tokens,
    /// Failed spans.
    Errors,
    /// Spans.
    Spans,
}

/// What runs are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum RunOrderBy {
    /// Start.
    #[default]
    Start,
    /// Duration.
    Duration,
}

/// Which end of the order comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The highest figure first.
    #[default]
    Descending,
    /// The lowest figure first.
    Ascending,
}

/// The order of a list: newest first by default. Rows with equal figures are ordered by their ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Order<B = OrderBy> {
    /// The figure.
    pub by: B,
    /// Its direction.
    pub direction: Direction,
}

impl<B: Default + PartialEq> Order<B> {
    /// Whether it is the order that lists have by themselves.
    pub fn is_newest_first(&self) -> bool {
        *self == Self::default()
    }
}

/// A figure as a column of the index.
pub(super) trait Figure: Copy {
    /// Its column.
    fn column(self) -> &'static str;

    /// Whether it is a double; all others are whole numbers.
    fn is_double(self) -> bool;
}

/// Of the table of traces.
impl Figure for OrderBy {
    fn column(self) -> &'static str {
        match self {
            Self::Start => "start_unix_nanos",
            Self::Duration => "duration_nanos",
            Self::Cost => "cost_usd",
            Self::Tokens => "total_tokens",
            Self::Errors => "error_count",
            Self::Spans => "span_count",
        }
    }

    fn is_double(self) -> bool {
        self == Self::Cost
    }
}

/// Of the table of spans.
impl Figure for RunOrderBy {
    fn column(self) -> &'static str {
        match self {
            Self::Start => "start_unix_nanos",
            Self::Duration => "duration_nanos",
        }
    }

    fn is_double(self) -> bool {
        false
    }
}

impl Direction {
    /// The keyword of `ORDER BY`.
    pub(super) const fn sql(self) -> &'static str {
        match self {
            Self::Descending => "DESC",
            Self::Ascending => "ASC",
        }
    }

    /// The comparison that holds for what stands behind in this direction.
    pub(super) const fn behind(self) -> &'static str {
        match self {
            Self::Descending => "<",
            Self::Ascending => ">",
        }
    }

    /// The two given in order, the lower one first.
    pub(super) const fn sorted<T: Copy>(self, first: T, last: T) -> (T, T) {
        match self {
            Self::Descending => (last, first),
            Self::Ascending => (first, last),
        }
    }
}
