//! Rights for as long as an answer lasts: whoever was let in is asked for again, about once a second, until they may read no
//! longer. For answers that have no end of their own, or a late one; others are over before anybody could lose a right.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use junjo_web::{ApiError, ApiResult, ErrorKind, logged};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, Sleep, sleep, timeout};
use tower_sessions::Session;
use tower_sessions::session::Id;

use crate::account::Role;
use crate::reader::{ReadKeys, TelemetryReader, bearer};
use crate::session::Sessions;
use crate::session_id::SessionId;

/// How long an answer goes on without being asked for. Rights end within two seconds: this, and [`ANSWER_MAX`].
const ASK_PAUSE: Duration = Duration::from_secs(1);
/// How long one look at `app.db` may take; nothing is sent meanwhile.
const ANSWER_MAX: Duration = Duration::from_secs(1);
/// How long `app.db` may be unable to say: a moment of a busy disk ends nobody's answer, but nobody reads on without rights
/// because of it.
const UNKNOWN_MAX: Duration = Duration::from_secs(10);

/// Why somebody may read no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightsEnd {
    /// The session is over: signed out, expired, or ended with the account, its role or its password. Or it goes on under another
    /// cookie value than the one that was presented: its own password was changed or given again.
    SessionEnded,
    /// The key opens nothing any more: revoked, deleted, expired or replaced.
    KeyRefused,
    /// Whether one of these is so could not be found out for too long.
    Unknown,
}

/// The right to read telemetry, of one request. As an extractor: 401 for everybody who is no [`TelemetryReader`].
#[derive(Clone)]
pub struct ReadRights {
    ground: Ground,
}

impl ReadRights {
    /// Looks after them from now on.
    pub fn watch(&self) -> RightsWatch {
        RightsWatch { ground: self.ground.clone(), certain: Instant::now(), phase: Phase::pause() }
    }
}

impl fmt::Debug for ReadRights {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ReadRights")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ReadRights {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let reader = TelemetryReader::from_request_parts(parts, state).await?;
        let lost = || ApiError::new(ErrorKind::Internal, "who was let in a moment ago is not known any more");
        let ground = match reader {
            TelemetryReader::User(user) => {
                let sessions = parts.extensions.get::<Sessions>().ok_or_else(lost)?;
                let cookie = parts.extensions.get::<Session>().and_then(Session::id).ok_or_else(lost)?;
                Ground::Session { sessions: sessions.clone(), cookie, id: user.session_id }
            }
            TelemetryReader::Key { .. } => {
                let keys = parts.extensions.get::<ReadKeys>().ok_or_else(lost)?;
                let presented = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
                let presented = presented.and_then(bearer).unwrap_or_default().to_owned();
                Ground::Key { keys: keys.clone(), presented: presented.into() }
            }
        };
        Ok(Self { ground })
    }
}

/// What a right stands on.
#[derive(Clone)]
enum Ground {
    Session { sessions: Sessions, cookie: Id, id: SessionId },
    Key { keys: ReadKeys, presented: SecretString },
}

impl Ground {
    /// Whether it still does; `None` when that cannot be found out now.
    async fn holds(self) -> Option<bool> {
        let holds = match timeout(ANSWER_MAX, self.ask()).await {
            Ok(holds) => holds,
            Err(_) => Err(ApiError::unavailable("looking at sessions and keys takes too long")),
        };
        holds.inspect_err(|error| tracing::debug!(error = logged(error), "rights cannot be asked for")).ok()
    }

    async fn ask(&self) -> ApiResult<bool> {
        match self {
            Self::Session { sessions, cookie, id } => Ok(sessions.holds(*cookie, *id, Role::Viewer).await?),
            Self::Key { keys, presented } => match keys.check(presented.expose_secret()).await {
                Ok(_) => Ok(true),
                Err(error) if error.kind() == ErrorKind::Unauthenticated => Ok(false),
                Err(error) => Err(error),
            },
        }
    }

    fn end(&self) -> RightsEnd {
        match self {
            Self::Session { .. } => RightsEnd::SessionEnded,
            Self::Key { .. } => RightsEnd::KeyRefused,
        }
    }
}

/// Looks after the rights of one answer, with one cheap look at `app.db` a second.
pub struct RightsWatch {
    ground: Ground,
    /// When they were last known to hold.
    certain: Instant,
    phase: Phase,
}

enum Phase {
    /// Until the next look.
    Pause(Pin<Box<Sleep>>),
    Asking(Pin<Box<dyn Future<Output = Option<bool>> + Send>>),
    Ended(RightsEnd),
}

impl Phase {
    fn pause() -> Self {
        Self::Pause(Box::pin(sleep(ASK_PAUSE)))
    }
}

impl RightsWatch {
    /// `Ok` while they hold, `Pending` while that is being found out, `Err` from their end on. Wakes the task when it is time
    /// to call it again.
    pub fn poll_hold(&mut self, context: &mut Context<'_>) -> Poll<Result<(), RightsEnd>> {
        loop {
            self.phase = match &mut self.phase {
                Phase::Ended(end) => return Poll::Ready(Err(*end)),
                Phase::Pause(pause) => {
                    if pause.as_mut().poll(context).is_pending() {
                        return Poll::Ready(Ok(()));
                    }
                    Phase::Asking(Box::pin(self.ground.clone().holds()))
                }
                Phase::Asking(answer) => match ready!(answer.as_mut().poll(context)) {
                    Some(true) => {
                        self.certain = Instant::now();
                        Phase::pause()
                    }
                    Some(false) => Phase::Ended(self.ground.end()),
                    None if self.certain.elapsed() < UNKNOWN_MAX => Phase::pause(),
                    None => Phase::Ended(RightsEnd::Unknown),
                },
            };
        }
    }

    /// Waits for their end.
    pub async fn ended(&mut self) -> RightsEnd {
        poll_fn(|context| match self.poll_hold(context) {
            Poll::Ready(Err(end)) => Poll::Ready(end),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
        })
        .await
    }
}

impl fmt::Debug for RightsWatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RightsWatch")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::reader::ReadKeyCheck;

    /// What a look at the keys finds, by its number.
    type Answer = fn(u64) -> Option<ApiResult<String>>;

    /// Keys that answer as told; no answer is one that never comes.
    struct Told(Answer, AtomicU64);

    impl ReadKeyCheck for Told {
        fn check<'a>(&'a self, _: &'a str) -> Pin<Box<dyn Future<Output = ApiResult<String>> + Send + 'a>> {
            let answer = self.0(self.1.fetch_add(1, Ordering::Relaxed) + 1);
            Box::pin(async { if let Some(answer) = answer { answer } else { std::future::pending().await } })
        }
    }

    fn busy() -> ApiResult<String> {
        Err(ApiError::unavailable("busy"))
    }

    /// Seconds until the rights end, and how.
    async fn end(answer: Answer) -> (u64, RightsEnd) {
        let keys = ReadKeys::new(Told(answer, AtomicU64::new(0)));
        let rights = ReadRights { ground: Ground::Key { keys, presented: "key".to_owned().into() } };
        let begun = Instant::now();
        let end = rights.watch().ended().await;
        (begun.elapsed().as_secs(), end)
    }

    /// Scenario: keys that hold and then are refused; that cannot be checked for a moment, and then for good; and a check that
    /// never ends. Guarantee: a refusal ends the rights at the next look, a moment without an answer does not, and ten seconds
    /// without one do.
    #[tokio::test(start_paused = true)]
    async fn rights_end_with_a_refusal_or_after_ten_seconds_without_an_answer() {
        let refused = end(|look| {
            Some(if look < 4 { Ok("id".to_owned()) } else { Err(ApiError::unauthenticated("revoked")) })
        });
        assert_eq!(refused.await, (4, RightsEnd::KeyRefused));
        let unknown = end(|look| Some(if look == 6 { Ok("id".to_owned()) } else { busy() }));
        assert_eq!(unknown.await, (16, RightsEnd::Unknown));
        assert_eq!(end(|_| None).await, (10, RightsEnd::Unknown));
    }
}
