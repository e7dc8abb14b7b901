//! Keys in the clear, for ten minutes, in memory alone: the old page has no other place to copy a new key from than its list.

use std::time::Duration;

use junjo_auth::SessionId;
use junjo_web::SharedClock;
use parking_lot::Mutex;
use secrecy::SecretString;

/// How long the session that made a key sees all of it.
const SHOWN_FOR: Duration = Duration::from_mins(10);
/// Keys that are shown at once; the oldest goes first.
const SHOWN_MAX: usize = 1_000;

/// Keys that were just made.
#[derive(Debug)]
pub(crate) struct Reveals {
    clock: SharedClock,
    shown: Mutex<Vec<Shown>>,
}

#[derive(Debug)]
struct Shown {
    session: SessionId,
    key_id: String,
    secret: SecretString,
    until: Duration,
}

impl Reveals {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self { clock, shown: Mutex::default() }
    }

    /// Shows a key to the session that made it from now on.
    pub(crate) fn show(&self, session: SessionId, key_id: String, secret: SecretString) {
        let until = self.clock.monotonic() + SHOWN_FOR;
        let mut shown = self.shown.lock();
        if shown.len() >= SHOWN_MAX {
            shown.remove(0);
        }
        shown.push(Shown { session, key_id, secret, until });
    }

    /// The key, if `session` made it within the last ten minutes.
    pub(crate) fn get(&self, session: SessionId, key_id: &str) -> Option<SecretString> {
        let now = self.clock.monotonic();
        let shown = self.shown.lock();
        let mut found = shown.iter().filter(|shown| shown.session == session && shown.key_id == key_id);
        found.find(|shown| now < shown.until).map(|shown| shown.secret.clone())
    }

    /// Forgets those whose time is over. For a periodic task.
    pub(crate) fn purge(&self) {
        let now = self.clock.monotonic();
        self.shown.lock().retain(|shown| now < shown.until);
    }
}

#[cfg(test)]
mod tests {
    use junjo_web::ManualClock;
    use secrecy::ExposeSecret as _;
    use uuid::Uuid;

    use super::*;

    /// Scenario: a key is made, looked for by its session, by another, and after ten minutes; and more keys than are kept.
    /// Guarantee: the whole key for its own session until then, and memory stays bounded.
    #[test]
    fn keys_are_shown_to_their_session_for_ten_minutes() {
        let clock = ManualClock::default();
        let reveals = Reveals::new(clock.shared());
        let (own, other) = (SessionId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        reveals.show(own, "id".to_owned(), "jj_secret".to_owned().into());
        let seen = |session| reveals.get(session, "id").map(|secret| secret.expose_secret().to_owned());
        assert_eq!((seen(own).as_deref(), seen(other)), (Some("jj_secret"), None));
        clock.advance(SHOWN_FOR);
        assert_eq!(seen(own), None);
        assert_eq!(reveals.shown.lock().len(), 1);
        reveals.purge();
        assert_eq!(reveals.shown.lock().len(), 0);
        for number in 0..=SHOWN_MAX {
            reveals.show(own, number.to_string(), String::new().into());
        }
        assert!(reveals.get(own, "0").is_none() && reveals.get(own, "1").is_some());
    }
}
