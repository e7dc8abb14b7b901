//! The rules of keys, and the check that every export request goes through.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use junjo_auth::{AuditEvent, AuditLog, CurrentUser, RequestOrigin};
use junjo_ingest::{ForeignKey, ImportedKeys};
use junjo_web::{Page, SharedClock, encode_cursor};
use sqlx::SqlitePool;

use crate::cache::{Answer, Cache};
use crate::error::{ApiKeyError, CheckError};
use crate::imports;
use crate::key::{self, KeyHash, KeyIdentity, PRESENTED_BYTES_MAX, PlainKey, Scope};
use crate::last_used::LastUsed;
use crate::repository::{Inserted, NewRow, Repository, Rotated, RowChange};
use crate::schemas::{
    ApiKeyChange, ApiKeyRotation, ApiKeyView, CreatedApiKey, ExpiryChange, NAME_CHARS_MAX, NewApiKey,
};
use crate::settings::{ApiKeysConfig, Settings};

/// Draws of a random prefix; two in a row collide about never.
const PREFIX_ATTEMPTS_MAX: usize = 3;

/// Longest time that a secret works on after its rotation: a week of changing programs over.
const OVERLAP_SECONDS_MAX: u32 = 7 * 24 * 3600;

/// The version of the list's cursor: (created at, id).
pub(crate) const CURSOR_VERSION: u8 = 1;

/// Everything that the feature's routes and the receivers share. Cheap to clone.
#[derive(Clone)]
pub struct ApiKeys {
    shared: Arc<Shared>,
}

struct Shared {
    config: ApiKeysConfig,
    clock: SharedClock,
    repository: Repository,
    cache: Cache,
    last_used: LastUsed,
    audit: AuditLog,
}

impl ApiKeys {
    /// The feature on a migrated database.
    pub fn new(pool: SqlitePool, clock: SharedClock, audit: AuditLog, config: ApiKeysConfig) -> Self {
        let cache = Cache::new(clock.clone(), config.known_ttl, config.unknown_ttl);
        let repository = Repository::new(pool);
        let shared = Shared { config, clock, repository, cache, last_used: LastUsed::default(), audit };
        Self { shared: Arc::new(shared) }
    }

    /// The feature on a migrated database, as it is set up.
    pub fn open(pool: &SqlitePool, clock: &SharedClock, settings: &Settings) -> Self {
        let audit = AuditLog::new(pool.clone(), clock.clone());
        Self::new(pool.clone(), clock.clone(), audit, settings.config())
    }

    /// Whose key `presented` is, if it may be used for `needed` now. Notes the use; usually touches only memory.
    ///
    /// # Errors
    /// See [`CheckError`]; only `Unavailable` is worth a retry.
    pub async fn check(&self, presented: &str, needed: Scope) -> Result<KeyIdentity, CheckError> {
        let answer = self.look_up(presented).await.map_err(|source| CheckError::Unavailable { source })?;
        let Answer::Key(key) = answer else {
            return Err(CheckError::Invalid);
        };
        let now = self.shared.clock.now_unix_nano();
        if key.expires_at_unix_nano.is_some_and(|expires_at| expires_at <= now) {
            return Err(CheckError::Expired);
        }
        if key.scope != needed {
            return Err(CheckError::WrongScope { needed });
        }
        self.shared.last_used.note(&key.identity.id, now);
        Ok(key.identity)
    }

    /// Writes the uses since the last call. For a periodic task and for shutdown; what fails to be written is kept.
    pub async fn flush_last_used(&self) -> Result<(), ApiKeyError> {
        let uses = self.shared.last_used.take();
        if uses.is_empty() {
            return Ok(());
        }
        let saved = self.shared.repository.save_uses(&uses).await;
        if saved.is_err() {
            self.shared.last_used.restore(uses);
        }
        saved
    }

    /// Takes over keys of another server ([`junjo_ingest::KeyImport`]).
    pub(crate) async fn take_over(&self, keys: Vec<ForeignKey>) -> Result<ImportedKeys, ApiKeyError> {
        let now = self.shared.clock.now_unix_nano();
        let (rows, mut done) = imports::judge(keys, now);
        let (added, again) = self.shared.repository.import(&rows).await?;
        for id in &added {
            let event = AuditEvent::by_operator("api_key.import").on(id);
            self.shared.audit.record(&RequestOrigin::command_line(), event).await;
        }
        (done.added, done.again) = (added.len(), again);
        Ok(done)
    }

    async fn look_up(&self, presented: &str) -> Result<Answer, ApiKeyError> {
        if presented.is_empty() || presented.len() > PRESENTED_BYTES_MAX {
            return Ok(Answer::NoSuchKey);
        }
        let hash = key::hash_of(presented);
        if let Some(answer) = self.shared.cache.get(&hash) {
            return Ok(answer);
        }
        let generation = self.shared.cache.begin_lookup();
        let answer = self.shared.repository.find(&hash).await?.map_or(Answer::NoSuchKey, Answer::Key);
        self.shared.cache.insert(generation, hash, answer.clone());
        Ok(answer)
    }

    pub(crate) async fn create(
        &self,
        caller: &CurrentUser,
        request: NewApiKey,
        origin: &RequestOrigin,
    ) -> Result<CreatedApiKey, ApiKeyError> {
        let name = checked_name(&request.name)?.to_owned();
        self.create_named(caller, NewApiKey { name, ..request }, origin).await
    }

    /// The same under a name that may also consist of blanks.
    pub(crate) async fn create_named(
        &self,
        caller: &CurrentUser,
        request: NewApiKey,
        origin: &RequestOrigin,
    ) -> Result<CreatedApiKey, ApiKeyError> {
        let name = sized_name(&request.name)?;
        let now = self.shared.clock.now_unix_nano();
        let expires_at_unix_nano = request.expires_at.map(|time| checked_expiry(time, now)).transpose()?;
        for _ in 0..PREFIX_ATTEMPTS_MAX {
            let secret = PlainKey::generate(&mut rand::rng());
            let id = key::new_id(&mut rand::rng());
            let row = NewRow {
                id: &id,
                name,
                prefix: secret.visible_prefix(),
                hash: secret.hash(),
                scope: request.scope,
                created_by: caller.id,
                created_at_unix_nano: now,
                expires_at_unix_nano,
            };
            match self.shared.repository.insert(&row, self.shared.config.keys_per_user_max).await? {
                Inserted::Collision => {}
                Inserted::LimitReached => return Err(ApiKeyError::LimitReached),
                Inserted::Yes => {
                    let event = AuditEvent::success("api_key.create", caller.id).on(&id);
                    self.shared.audit.record(origin, event).await;
                    return Ok(CreatedApiKey {
                        view: view_of(&row, caller),
                        key: secret.reveal().to_owned(),
                    });
                }
            }
        }
        Err(ApiKeyError::NoFreePrefix)
    }

    pub(crate) async fn list(
        &self,
        caller: &CurrentUser,
        after: Option<(i64, String)>,
        limit: usize,
    ) -> Result<Page<ApiKeyView>, ApiKeyError> {
        let rows = self.shared.repository.list(caller, after.as_ref(), limit + 1).await?;
        let page = Page::from_rows(rows, limit, |last| {
            encode_cursor(CURSOR_VERSION, &(last.created_at_unix_nano, &last.view.id))
        });
        Ok(page.map(|row| self.with_pending_use(row.view)))
    }

    /// The view with what memory knows better than the database.
    fn with_pending_use(&self, view: ApiKeyView) -> ApiKeyView {
        let pending = self.shared.last_used.get(&view.id).map(DateTime::from_timestamp_nanos);
        let now = self.shared.clock.now();
        ApiKeyView {
            last_used_at: view.last_used_at.max(pending),
            previous_until: view.previous_until.filter(|until| *until > now),
            ..view
        }
    }

    /// Renames a key and sets its expiry, each if given. Effective at once.
    pub(crate) async fn change(
        &self,
        caller: &CurrentUser,
        id: &str,
        change: ApiKeyChange,
        origin: &RequestOrigin,
    ) -> Result<ApiKeyView, ApiKeyError> {
        let now = self.shared.clock.now_unix_nano();
        let expires_at_unix_nano = match change.expires_at {
            ExpiryChange::Keep => ExpiryChange::Keep,
            ExpiryChange::Never => ExpiryChange::Never,
            ExpiryChange::At(time) => ExpiryChange::At(checked_expiry(time, now)?),
        };
        let row_change =
            RowChange { name: change.name.as_deref().map(checked_name).transpose()?, expires_at_unix_nano };
        let Some(changed) = self.shared.repository.change(caller, id, &row_change).await? else {
            return Err(self.refuse("api_key.change", caller, id, origin).await);
        };
        self.forget(&changed.hashes);
        self.shared.audit.record(origin, AuditEvent::success("api_key.change", caller.id).on(id)).await;
        Ok(self.with_pending_use(changed.view))
    }

    /// Gives a key another secret; the one so far stops working now, or after the overlap that was asked for.
    pub(crate) async fn rotate(
        &self,
        caller: &CurrentUser,
        id: &str,
        rotation: ApiKeyRotation,
        origin: &RequestOrigin,
    ) -> Result<CreatedApiKey, ApiKeyError> {
        let overlap = rotation.keep_previous_seconds;
        if overlap > OVERLAP_SECONDS_MAX {
            return Err(ApiKeyError::InvalidOverlap { max: OVERLAP_SECONDS_MAX });
        }
        let until = self.shared.clock.now_unix_nano().saturating_add(i64::from(overlap) * 1_000_000_000);
        let until = (overlap > 0).then_some(until);
        for _ in 0..PREFIX_ATTEMPTS_MAX {
            let secret = PlainKey::generate(&mut rand::rng());
            match self.shared.repository.rotate(caller, id, &secret, until).await? {
                Rotated::Collision => {}
                Rotated::NoSuchKey => return Err(self.refuse("api_key.rotate", caller, id, origin).await),
                Rotated::Yes(changed) => {
                    self.forget(&changed.hashes);
                    let event = AuditEvent::success("api_key.rotate", caller.id).on(id);
                    self.shared.audit.record(origin, event).await;
                    let view = self.with_pending_use(changed.view);
                    return Ok(CreatedApiKey { view, key: secret.reveal().to_owned() });
                }
            }
        }
        Err(ApiKeyError::NoFreePrefix)
    }

    fn forget(&self, hashes: &[KeyHash]) {
        for hash in hashes {
            self.shared.cache.forget(hash);
        }
    }

    /// Records that somebody reached for a key that is not theirs, or is gone.
    async fn refuse(
        &self,
        action: &'static str,
        caller: &CurrentUser,
        id: &str,
        origin: &RequestOrigin,
    ) -> ApiKeyError {
        // only what has the form of an id: the rest is the caller's text
        let event = AuditEvent::refused(action, Some(caller.id)).saying("no_such_key");
        let event = if key::is_id(id) { event.on(id) } else { event };
        self.shared.audit.record(origin, event).await;
        ApiKeyError::NotFound
    }

    /// The id of a key of the caller's (or any, for an admin) by its prefix or by the key itself.
    pub(crate) async fn id_of(
        &self,
        caller: &CurrentUser,
        handle: &str,
    ) -> Result<Option<String>, ApiKeyError> {
        if handle.is_empty() || handle.len() > PRESENTED_BYTES_MAX {
            return Ok(None);
        }
        self.shared.repository.id_of(caller, handle, &key::hash_of(handle)).await
    }

    /// Revokes a key. When this returns, no check in this process accepts it any more.
    pub(crate) async fn revoke(
        &self,
        caller: &CurrentUser,
        id: &str,
        origin: &RequestOrigin,
    ) -> Result<(), ApiKeyError> {
        let Some(hashes) = self.shared.repository.delete(caller, id).await? else {
            return Err(self.refuse("api_key.revoke", caller, id, origin).await);
        };
        self.forget(&hashes);
        self.shared.audit.record(origin, AuditEvent::success("api_key.revoke", caller.id).on(id)).await;
        Ok(())
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ApiKeys").field("config", &self.shared.config).finish_non_exhaustive()
    }
}

fn checked_name(name: &str) -> Result<&str, ApiKeyError> {
    sized_name(name.trim())
}

fn sized_name(name: &str) -> Result<&str, ApiKeyError> {
    let is_sized = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    if is_sized && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        Err(ApiKeyError::InvalidName { max: NAME_CHARS_MAX })
    }
}

fn checked_expiry(time: DateTime<Utc>, now_unix_nano: i64) -> Result<i64, ApiKeyError> {
    time.timestamp_nanos_opt().filter(|nanos| *nanos > now_unix_nano).ok_or(ApiKeyError::InvalidExpiry)
}

fn view_of(row: &NewRow<'_>, creator: &CurrentUser) -> ApiKeyView {
    ApiKeyView {
        id: row.id.to_owned(),
        name: row.name.to_owned(),
        prefix: row.prefix.to_owned(),
        scope: row.scope,
        created_at: DateTime::from_timestamp_nanos(row.created_at_unix_nano),
        last_used_at: None,
        expires_at: row.expires_at_unix_nano.map(DateTime::from_timestamp_nanos),
        previous_until: None,
        created_by: Some(creator.email.as_str().to_owned()),
    }
}
