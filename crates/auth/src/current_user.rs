//! Who is calling, for handlers of any crate: `CurrentUser`, `MemberUser` and `AdminUser`.
//!
//! They read what [`crate::protect`] put into the request and need no state of their own. A request that carries an
//! `Authorization` header is never answered on the strength of its cookie.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::header::AUTHORIZATION;
use http::request::Parts;
use junjo_web::{ApiError, ApiResult, ErrorKind};
use tower_sessions::Session;

use crate::account::{Account, AccountId, Role};
use crate::email::Email;
use crate::error::AuthError;
use crate::session::{FoundSession, Sessions};
use crate::session_id::SessionId;

/// The signed-in person. As an extractor: 401 when nobody is; `Option<CurrentUser>` where that is allowed.
#[derive(Clone, Debug)]
pub struct CurrentUser {
    /// The account.
    pub id: AccountId,
    /// Its address, for showing; never for logs.
    pub email: Email,
    /// What it may do.
    pub role: Role,
    /// The session that the request came with.
    pub session_id: SessionId,
    /// Whether the password was presented lately in this session.
    pub is_recently_authenticated: bool,
}

impl CurrentUser {
    /// Refuses (403) a caller whose role is smaller than `needed`.
    pub fn require(&self, needed: Role) -> ApiResult<()> {
        if self.role >= needed { Ok(()) } else { Err(AuthError::RoleTooSmall { needed }.into()) }
    }

    /// Refuses (403) a caller who presented the password too long ago for something sensitive.
    pub fn require_recent(&self) -> ApiResult<()> {
        if self.is_recently_authenticated { Ok(()) } else { Err(AuthError::NotRecentlyAuthenticated.into()) }
    }

    /// Whether the caller sees and manages what belongs to others.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    async fn resolve(parts: &mut Parts) -> ApiResult<Option<Self>> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(Some(known.clone()));
        }
        if parts.headers.contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        let (Some(sessions), Some(cookie)) =
            (parts.extensions.get::<Sessions>(), parts.extensions.get::<Session>())
        else {
            return Err(ApiError::new(
                ErrorKind::Internal,
                "the route is not wrapped in junjo_auth::protect",
            ));
        };
        let Some(found) = sessions.find(cookie).await? else {
            return Ok(None);
        };
        let FoundSession { id: session_id, account: Account { id, email, role }, is_recently_authenticated } =
            found;
        let current = Self { id, email, role, session_id, is_recently_authenticated };
        if let Some(caller) = parts.extensions.get::<Caller>() {
            caller.identify(current.id);
        }
        parts.extensions.insert(current.clone());
        Ok(Some(current))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> ApiResult<Self> {
        Self::resolve(parts).await?.ok_or_else(|| AuthError::NotSignedIn.into())
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for CurrentUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> ApiResult<Option<Self>> {
        Self::resolve(parts).await
    }
}

/// Who turned out to call, for the layers around the handler.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller(Arc<OnceLock<AccountId>>);

impl Caller {
    fn identify(&self, id: AccountId) {
        // the same request resolves to the same person
        let _ = self.0.set(id);
    }

    /// The account, once a handler or extractor has asked for it.
    pub(crate) fn id(&self) -> Option<AccountId> {
        self.0.get().copied()
    }
}

/// A signed-in member or admin; 403 for viewers.
#[derive(Clone, Debug)]
pub struct MemberUser(pub CurrentUser);

/// A signed-in admin; 403 for everybody else.
#[derive(Clone, Debug)]
pub struct AdminUser(pub CurrentUser);

/// An admin who presented the password lately: for changes that a stolen cookie must not make.
#[derive(Clone, Debug)]
pub struct RecentAdmin(pub CurrentUser);

impl<S: Send + Sync> FromRequestParts<S> for MemberUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        at_least(Role::Member, parts, state).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AdminUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        at_least(Role::Admin, parts, state).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RecentAdmin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let admin = at_least(Role::Admin, parts, state).await?;
        admin.require_recent()?;
        Ok(Self(admin))
    }
}

async fn at_least<S: Send + Sync>(needed: Role, parts: &mut Parts, state: &S) -> ApiResult<CurrentUser> {
    let user = <CurrentUser as FromRequestParts<S>>::from_request_parts(parts, state).await?;
    user.require(needed)?;
    Ok(user)
}
