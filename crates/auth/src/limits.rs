//! Limits on login attempts, per client address and per account.
//!
//! Keys are hashed into a fixed number of buckets, so memory is bounded whatever an attacker sends; the hash is keyed, so
//! nobody can aim at another one's bucket.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use junjo_web::SharedClock;

use crate::config::{LoginLimits, Rate};
use crate::email::Email;
use crate::error::AuthError;

/// Buckets per limit: at most about 1 MB each, and a collision with a busy neighbour is unlikely.
const BUCKETS: u64 = 1 << 14;

/// Decides whether a login attempt is looked at.
pub(crate) struct LoginGate {
    per_ip: Limiter,
    per_account: Limiter,
    /// Of an account from an address where it is signed in: guesses from elsewhere must not keep its owner out.
    at_home: Limiter,
}

impl LoginGate {
    pub(crate) fn new(limits: LoginLimits, clock: &SharedClock) -> Self {
        Self {
            per_ip: Limiter::new(limits.per_ip, clock.clone()),
            per_account: Limiter::new(limits.per_account, clock.clone()),
            at_home: Limiter::new(limits.per_account, clock.clone()),
        }
    }

    /// Counts an attempt; refuses it when either limit is used up. `is_at_home` where the account is signed in from the address.
    pub(crate) fn admit(&self, ip: IpAddr, email: &Email, is_at_home: bool) -> Result<(), AuthError> {
        self.admit_ip(ip)?;
        if is_at_home { self.at_home.admit(&(email.key(), ip)) } else { self.per_account.admit(email.key()) }
    }

    /// Counts an attempt that is about no account yet: a registration, a one-time link.
    pub(crate) fn admit_ip(&self, ip: IpAddr) -> Result<(), AuthError> {
        self.per_ip.admit(&network_of(ip))
    }
}

struct Limiter {
    buckets: RateLimiter<u64, HashMapStateStore<u64>, LimiterClock, NoOpMiddleware<Duration>>,
    clock: LimiterClock,
    hasher: RandomState,
}

impl Limiter {
    fn new(rate: Rate, clock: SharedClock) -> Self {
        let quota =
            Quota::with_period(rate.one_per).expect("a rate's time is never zero").allow_burst(rate.burst);
        let clock = LimiterClock(clock);
        let buckets = RateLimiter::new(quota, HashMapStateStore::default(), clock.clone());
        Self { buckets, clock, hasher: RandomState::new() }
    }

    fn admit(&self, key: &(impl Hash + ?Sized)) -> Result<(), AuthError> {
        let bucket = self.hasher.hash_one(key) % BUCKETS;
        self.buckets.check_key(&bucket).map_err(|refusal| {
            let wait = refusal.wait_time_from(self.clock.now());
            AuthError::TooManyAttempts { retry_after_seconds: wait.as_secs() + 1 }
        })
    }
}

/// Somebody with IPv6 owns a whole /64, so that is what counts.
fn network_of(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

#[derive(Clone, Debug)]
struct LimiterClock(SharedClock);

impl GovernorClock for LimiterClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

#[cfg(test)]
mod tests {
    use junjo_web::ManualClock;

    use super::*;

    fn gate(clock: &ManualClock) -> LoginGate {
        let limits = LoginLimits {
            per_ip: Rate::new(3, Duration::from_secs(10)),
            per_account: Rate::new(2, Duration::from_mins(1)),
        };
        LoginGate::new(limits, &clock.shared())
    }

    fn attempt(gate: &LoginGate, ip: &str, email: &str) -> Option<u64> {
        attempt_at(gate, ip, email, false)
    }

    fn attempt_at(gate: &LoginGate, ip: &str, email: &str, is_at_home: bool) -> Option<u64> {
        match gate.admit(ip.parse().unwrap(), &Email::parse(email).unwrap(), is_at_home) {
            Ok(()) => None,
            Err(AuthError::TooManyAttempts { retry_after_seconds }) => Some(retry_after_seconds),
            Err(other) => panic!("{other}"),
        }
    }

    /// Scenario: one account tried from many addresses. Guarantee: refused after its burst, in any spelling, until the
    /// advertised time has passed.
    #[test]
    fn account_limit_holds_across_addresses() {
        let clock = ManualClock::default();
        let gate = gate(&clock);
        assert_eq!(attempt(&gate, "192.0.2.1", "ada@x.org"), None);
        assert_eq!(attempt(&gate, "192.0.2.2", "ADA@x.org"), None);
        let wait = attempt(&gate, "192.0.2.3", "ada@x.org").unwrap();
        assert!((60..=61).contains(&wait), "{wait}");
        clock.advance(Duration::from_secs(wait));
        assert_eq!(attempt(&gate, "192.0.2.4", "ada@x.org"), None);
    }

    /// Scenario: one account is tried from many addresses while its owner is signed in at one, and at another. Guarantee: there the
    /// owner gets in, with a limit for each address.
    #[test]
    fn guesses_from_elsewhere_do_not_keep_the_owner_out() {
        let clock = ManualClock::default();
        let gate = gate(&clock);
        let refused = (1..=5).map(|n| attempt(&gate, &format!("192.0.2.{n}"), "ada@x.org"));
        assert_eq!(refused.flatten().count(), 3);
        for home in ["198.51.100.1", "198.51.100.2"] {
            assert_eq!(attempt_at(&gate, home, "ada@x.org", true), None);
            assert_eq!(attempt_at(&gate, home, "ada@x.org", true), None);
            assert!(attempt_at(&gate, home, "ada@x.org", true).is_some());
        }
    }

    /// Scenario: many accounts tried from one address, or one IPv6 network. Guarantee: refused after its burst; another
    /// address goes on.
    #[test]
    fn address_limit_holds_across_accounts() {
        let clock = ManualClock::default();
        let gate = gate(&clock);
        for (network, other) in [("192.0.2.1", "192.0.2.9"), ("2001:db8::1", "2001:db8:0:1::1")] {
            for attempts in 0..3 {
                assert_eq!(
                    attempt(&gate, network, &format!("{attempts}@{network}.org").replace("::", "-")),
                    None
                );
            }
            assert!(attempt(&gate, network, "fourth@x.org").is_some());
            assert_eq!(attempt(&gate, other, "fifth@x.org"), None);
            clock.advance(Duration::from_mins(10));
        }
        assert_eq!(network_of("2001:db8::1".parse().unwrap()), network_of("2001:db8::ffff".parse().unwrap()));
    }
}
