//! The JSON of this feature, one file beside each file of `router/`. It must not know rules.

mod accounts;
mod audit;
mod invitations;
mod links;
mod login;
mod password;
mod sessions;

pub(crate) use accounts::{AccountChange, ManagedAccount, PageQuery, ResetLink};
pub(crate) use audit::{AuditEventView, AuditQuery};
pub(crate) use invitations::{CreatedInvitation, Invitation, NewInvitation};
pub(crate) use links::{LinkPurposeView, LinkRedemption, LinkToken, LinkView};
pub use login::{AccountView, Credentials, NewAccount, SetupStatus};
pub(crate) use login::{AuthPolicy, is_transport_insecure};
pub(crate) use password::{PasswordChange, Reauthentication};
pub(crate) use sessions::{EndSessionsQuery, EndedSessions, SessionView};
