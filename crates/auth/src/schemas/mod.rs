//! The JSON of this feature, one file beside each file of `router/`. It must not know rules.

mod audit;
mod invitations;
mod links;
mod login;
mod password;
mod sessions;
mod users;

pub(crate) use audit::{AuditEventView, AuditQuery};
pub(crate) use invitations::{CreatedInvitation, Invitation, NewInvitation};
pub(crate) use links::{LinkPurposeView, LinkRedemption, LinkToken, LinkView};
pub(crate) use login::{AuthPolicy, is_transport_insecure};
pub use login::{Credentials, NewAccount, SetupStatus, UserView};
pub(crate) use password::{PasswordChange, Reauthentication};
pub(crate) use sessions::{EndSessionsQuery, EndedSessions, SessionView};
pub(crate) use users::{AccountChange, ManagedUser, PageQuery, ResetLink};
