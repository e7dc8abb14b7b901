//! Which conversations or users, and positions in their lists. Pure.

use junjo_wal::Sequence;

use crate::filter::conditions::Conditions;
use crate::filter::time::TimeRange;

/// What traces are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// By each conversation that one of their spans names.
    Conversation,
    /// By each user that one of their spans names.
    User,
}

/// Which conversations or users.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupFilter {
    /// When their traces started; numbers are those of the traces in this range.
    pub time: TimeRange,
    /// A service that took part in the traces.
    pub service: Option<String>,
    /// A user of the traces.
    pub user_id: Option<String>,
    /// Text in the id, in any case.
    pub text: Option<String>,
}

/// Where the next page starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCursor {
    /// The figure of the last group of the page before, by which the list is ordered; of a cost billionths of a dollar. `None` for
    /// one without it.
    pub value: Option<i64>,
    /// MD5 of its id in hexadecimal digits: it breaks ties, and is short however long the id is.
    pub id_md5: String,
    /// Newest indexed record when the first page was read.
    pub newest: Sequence,
}

impl GroupKind {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Conversation => "sessions",
            Self::User => "users",
        }
    }
}

impl GroupFilter {
    /// On traces, before they are put together.
    pub(super) fn conditions(&self, kind: GroupKind) -> Conditions {
        let mut all = Conditions::default();
        all.push(format!("len({}) > 0", kind.column()), []);
        all.time(self.time);
        all.text("list_contains(services, ?)", self.service.as_ref());
        all.text("list_contains(users, ?)", self.user_id.as_ref());
        all
    }
}
