//! What a dialect says about itself. Data only; `precedence.rs` puts the dialects in order.

use serde_json::{Map, Value as Json};

use super::field::Field;
use crate::counts::Counts;
use crate::role::Role;

/// The vocabulary of one kind of sender.
pub(super) struct Dialect {
    /// Keys by what they say, the best key of a field first.
    pub(super) keys: &'static [(Field, &'static [&'static str])],
    /// Keys whose values say what a span does, best first, with what the values mean.
    pub(super) kinds: &'static [(&'static str, Words)],
    /// Keys with token counts in a JSON object, best first, with how the object is read.
    pub(super) usage: &'static [(&'static str, ReadCounts)],
    /// Who speaks it, where that decides: keys without a namespace are read from its speakers only. `None`: everybody may.
    pub(super) spoken_by: Option<fn(&Sender<'_>) -> bool>,
    /// What a speaker's span does, by its name, where its keys are known to say something else.
    pub(super) role_against_keys: Option<fn(&Sender<'_>) -> Option<Role>>,
    /// What a speaker's span does, by its name, where no key says it.
    pub(super) role_by_name: Option<fn(&Sender<'_>) -> Option<Role>>,
}

/// What a value means, if anything.
pub(super) type Words = fn(&str) -> Option<Role>;

/// Reads the counts in a JSON object.
pub(super) type ReadCounts = fn(&Map<String, Json>) -> Counts;

impl Dialect {
    /// A dialect with nothing in it, for the others to start from.
    pub(super) const EMPTY: Self = Self {
        keys: &[],
        kinds: &[],
        usage: &[],
        spoken_by: None,
        role_against_keys: None,
        role_by_name: None,
    };
}

/// Whose attributes are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender<'s> {
    /// Name of the instrumentation scope, as far as it is known.
    pub(crate) scope: &'s str,
    /// Name of the span or of the event.
    pub(crate) name: &'s str,
}
