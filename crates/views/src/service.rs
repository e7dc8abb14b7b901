//! The rules of views.

use std::fmt;
use std::sync::Arc;

use junjo_auth::{AuditEvent, AuditLog, CurrentUser, RequestOrigin, Role};
use junjo_web::{Page, SharedClock, encode_cursor};
use rand::distr::{Alphanumeric, SampleString};
use sqlx::SqlitePool;

use crate::error::{ViewError, may_share};
use crate::repository::{Repository, Row, RowChange};
use crate::schemas::{NAME_CHARS_MAX, NewView, PAGE_CHARS_MAX, SEARCH_BYTES_MAX, Search, View, ViewChange};

/// Most views that one account keeps: more than anybody finds again in a menu.
const PER_ACCOUNT_MAX: u32 = 100;

/// Length of an id: 95 random bits, so that two never meet.
const ID_CHARS: usize = 16;

/// The version of the list's cursor: (name, id).
pub(crate) const CURSOR_VERSION: u8 = 1;

/// Everything that the routes share. Cheap to clone.
#[derive(Clone)]
pub struct Views {
    shared: Arc<Shared>,
}

struct Shared {
    clock: SharedClock,
    repository: Repository,
    audit: AuditLog,
}

impl Views {
    /// The feature on a migrated database.
    pub fn new(pool: SqlitePool, clock: SharedClock, audit: AuditLog) -> Self {
        Self { shared: Arc::new(Shared { clock, repository: Repository::new(pool), audit }) }
    }

    pub(crate) async fn list(
        &self,
        caller: &CurrentUser,
        page: Option<&str>,
        after: Option<(String, String)>,
        limit: usize,
    ) -> Result<Page<View>, ViewError> {
        let page = page.map(checked_page).transpose()?;
        let rows = self.shared.repository.list(caller.id, page, after.as_ref(), limit + 1).await?;
        Ok(Page::from_rows(rows, limit, |last| encode_cursor(CURSOR_VERSION, &(&last.name, &last.id))))
    }

    pub(crate) async fn create(
        &self,
        caller: &CurrentUser,
        request: NewView,
        origin: &RequestOrigin,
    ) -> Result<View, ViewError> {
        let row = Row {
            id: Alphanumeric.sample_string(&mut rand::rng(), ID_CHARS),
            page: checked_page(&request.page)?,
            name: checked_name(&request.name)?,
            is_shared: request.is_shared,
            search: checked_search(&request.search)?,
            now_unix_nano: self.shared.clock.now_unix_nano(),
        };
        if request.is_shared {
            may_share(caller.require(Role::Member))?;
        }
        if !self.shared.repository.insert(caller.id, &row, PER_ACCOUNT_MAX).await? {
            return Err(ViewError::LimitReached);
        }
        let view = self.visible(caller, &row.id).await?;
        self.note("view.create", caller, &view, origin).await;
        Ok(view)
    }

    /// Everything of the change, or nothing of it.
    pub(crate) async fn change(
        &self,
        caller: &CurrentUser,
        id: &str,
        change: ViewChange,
        origin: &RequestOrigin,
    ) -> Result<View, ViewError> {
        let before = self.shared.repository.find(caller.id, id).await?.filter(|view| view.is_own);
        let Some(before) = before else {
            return Err(self.refuse("view.change", caller, id, origin).await);
        };
        if change.is_shared.unwrap_or(before.is_shared) {
            may_share(caller.require(Role::Member))?;
        }
        let row = RowChange {
            name: change.name.as_deref().map(checked_name).transpose()?,
            is_shared: change.is_shared,
            search: change.search.as_ref().map(checked_search).transpose()?,
            now_unix_nano: self.shared.clock.now_unix_nano(),
        };
        if !self.shared.repository.change(caller.id, id, &row).await? {
            return Err(ViewError::NotFound);
        }
        let view = self.visible(caller, id).await?;
        if before.is_shared || view.is_shared {
            self.record("view.change", caller, id, origin).await;
        }
        Ok(view)
    }

    pub(crate) async fn delete(
        &self,
        caller: &CurrentUser,
        id: &str,
        origin: &RequestOrigin,
    ) -> Result<(), ViewError> {
        match self.shared.repository.delete(caller.id, id).await? {
            None => Err(self.refuse("view.delete", caller, id, origin).await),
            Some(was_shared) => {
                if was_shared {
                    self.record("view.delete", caller, id, origin).await;
                }
                Ok(())
            }
        }
    }

    pub(crate) async fn set_default(&self, caller: &CurrentUser, id: &str) -> Result<(), ViewError> {
        if self.shared.repository.set_default(caller.id, id).await? {
            Ok(())
        } else {
            Err(ViewError::NotFound)
        }
    }

    pub(crate) async fn unset_default(&self, caller: &CurrentUser, id: &str) -> Result<(), ViewError> {
        self.visible(caller, id).await?;
        self.shared.repository.unset_default(caller.id, id).await
    }

    async fn visible(&self, caller: &CurrentUser, id: &str) -> Result<View, ViewError> {
        self.shared.repository.find(caller.id, id).await?.ok_or(ViewError::NotFound)
    }

    /// What only its owner sees is nobody else's event.
    async fn note(&self, action: &'static str, caller: &CurrentUser, view: &View, origin: &RequestOrigin) {
        if view.is_shared {
            self.record(action, caller, &view.id, origin).await;
        }
    }

    async fn record(&self, action: &'static str, caller: &CurrentUser, id: &str, origin: &RequestOrigin) {
        self.shared.audit.record(origin, AuditEvent::success(action, caller.id).on(id)).await;
    }

    /// Records that somebody reached for a view that is not theirs, or is gone.
    async fn refuse(
        &self,
        action: &'static str,
        caller: &CurrentUser,
        id: &str,
        origin: &RequestOrigin,
    ) -> ViewError {
        let event = AuditEvent::refused(action, Some(caller.id)).saying("no_such_view");
        // only what has the form of an id: the rest is the caller's text
        let is_id = id.len() == ID_CHARS && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let event = if is_id { event.on(id) } else { event };
        self.shared.audit.record(origin, event).await;
        ViewError::NotFound
    }
}

impl fmt::Debug for Views {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Views").finish_non_exhaustive()
    }
}

fn checked_name(name: &str) -> Result<&str, ViewError> {
    let name = name.trim();
    let is_sized = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    if is_sized && !name.chars().any(char::is_control) { Ok(name) } else { Err(ViewError::InvalidName) }
}

fn checked_page(page: &str) -> Result<&str, ViewError> {
    let is_word = page.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if is_word && (1..=PAGE_CHARS_MAX).contains(&page.len()) { Ok(page) } else { Err(ViewError::InvalidPage) }
}

fn checked_search(search: &Search) -> Result<String, ViewError> {
    let text = serde_json::to_string(search).map_err(|source| ViewError::Corrupt { source })?;
    if text.len() <= SEARCH_BYTES_MAX { Ok(text) } else { Err(ViewError::SearchTooLarge) }
}
