//! Accounts and browser sessions: first-run registration, login, roles, the [`CurrentUser`] extractor, the audit log.
//!
//! An *account* is what is stored; the *user* is the account that a request is signed in as ([`CurrentUser`]). A *session* is a
//! browser that is signed in. Tables and events keep the older word: `users`, `user_sessions`, `user.create`.
//!
//! Other features may depend on this crate for [`CurrentUser`], [`TelemetryReader`], [`ReadRights`] and [`AuditLog`] only; the one
//! that speaks another server's API also for the account services of [`State`] and for [`KeyRing`] (ADR 0007). It must know no
//! other feature.
//!
//! The server merges [`routes`] with the other routers and then wraps everything that a cookie may authenticate in
//! [`protect`]. Outside of that it needs `junjo_web::client::identify` (addresses, https) and
//! `junjo_web::request_id::assign`.

mod account;
mod addressed;
mod audit;
mod audit_event;
mod config;
mod current_user;
mod denials;
mod device;
mod email;
mod error;
mod hasher;
mod imported_hash;
mod key_ring;
mod limits;
mod link;
mod origin;
mod password;
mod protect;
mod reader;
mod repository;
mod rights;
mod router;
mod schemas;
mod service;
mod session;
mod session_id;
mod settings;
mod store;
mod upkeep;

pub use account::{Account, AccountId, Role};
pub use audit::AuditLog;
pub use audit_event::{AuditEvent, AuditOutcome};
pub use config::{AuthConfig, LoginLimits, PasswordCost, Rate};
pub use current_user::{AdminUser, CurrentUser, MemberUser, RecentAdmin};
pub use email::Email;
pub use error::AuthError;
pub use key_ring::{KeyRing, KeyRingWork, NewRingKey, RingKey};
pub use origin::{RequestOrigin, Visit};
pub use password::WeakPassword;
pub use protect::protect;
pub use reader::{ReadKeyCheck, ReadKeys, TelemetryReader, readable_by_keys};
pub use rights::{ReadRights, RightsEnd, RightsWatch};
pub use router::routes;
pub use schemas::{AccountView, Credentials, NewAccount, SetupStatus};
pub use service::{
    AuthState as State, ImportedAccount, ImportedAccounts, NumberedAccount, OperatorAccount, OperatorLink,
    RefusedAccount,
};
pub use session_id::{SESSION_COOKIE, SessionId};
pub use settings::Settings;
pub use upkeep::spawn;
