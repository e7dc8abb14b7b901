//! The JSON of this feature.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::key::Scope;

/// Longest name, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 100;

/// A key to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for, for people.
    #[schema(min_length = 1, max_length = 100, example = "staging agents")]
    pub name: String,
    /// What it may be used for; `ingest` unless said otherwise.
    #[serde(default)]
    pub scope: Scope,
    /// When it stops working; never unless said otherwise.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// What to change about a key; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyChange {
    /// What it is for, for people.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "staging agents")]
    pub name: Option<String>,
    /// When it stops working; null for never. A time in the past is refused: revoke the key instead.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub expires_at: ExpiryChange<DateTime<Utc>>,
}

/// What becomes of an expiry: in JSON absent, null, or a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiryChange<T> {
    /// It stays.
    #[default]
    Keep,
    /// There is none from now on.
    Never,
    /// It is then.
    At(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ExpiryChange<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Never, Self::At))
    }
}

/// How to replace a key's secret.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyRotation {
    /// How long the secret so far goes on working, so that programs can be changed over; 0 unless said otherwise, at most a
    /// week.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 604_800)]
    pub keep_previous_seconds: u32,
}

/// A key without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyView {
    /// Its id.
    #[schema(example = "b3Xk9QpL0aZr")]
    pub id: String,
    /// What its creator called it.
    pub name: String,
    /// How the key begins; unique, so that people can tell which one a program uses.
    #[schema(example = "jj_Ab3dE9xZ")]
    pub prefix: String,
    /// What it may be used for.
    pub scope: Scope,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to within seconds; null when never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it stops working; null when never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Until when the secret before the last rotation works too; null when it does not.
    pub previous_until: Option<DateTime<Utc>>,
    /// The address of the account that created it; null when that is gone.
    pub created_by: Option<String>,
}

/// A new key with its secret, which no other answer will show.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedApiKey {
    /// The key as lists show it.
    #[serde(flatten)]
    pub view: ApiKeyView,
    /// The secret. Send it as `x-junjo-api-key`.
    pub key: String,
}

/// Which page of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Rows per page.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}
