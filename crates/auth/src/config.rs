//! The settings of accounts and sessions, as the server hands them over. Nothing here reads the environment.

use std::num::NonZeroU32;
use std::time::Duration;

use junjo_web::client::PublicUrl;

/// A session ends after this time without a request.
const SESSION_IDLE_TIMEOUT: Duration = Duration::from_hours(24);

/// A session ends after this time in any case.
const SESSION_ABSOLUTE_TIMEOUT: Duration = Duration::from_hours(24 * 30);

/// How long after signing in sensitive changes do not ask for the password again.
const REAUTHENTICATION_WINDOW: Duration = Duration::from_mins(15);

/// How long security events are kept.
const AUDIT_RETENTION: Duration = Duration::from_hours(24 * 400);

/// Settings of this feature.
#[derive(Clone, Debug)]
pub struct AuthConfig {
    /// `JUNJO_PUBLIC_URL`: counts as our own origin even when a proxy rewrites the host.
    pub public_url: Option<PublicUrl>,
    /// `JUNJO_ALLOW_ORIGINS`: origins that may send requests with the cookie, as browsers write them.
    pub allowed_origins: Vec<String>,
    /// A session ends after this time without a request.
    pub session_idle_timeout: Duration,
    /// A session ends after this time in any case.
    pub session_absolute_timeout: Duration,
    /// How long after the password was presented sensitive changes do not ask for it again.
    pub reauthentication_window: Duration,
    /// How long security events are kept.
    pub audit_retention: Duration,
    /// The price of one password guess.
    pub password_cost: PasswordCost,
    /// Passwords hashed at the same time; each holds the memory of [`PasswordCost`].
    pub password_concurrency: usize,
    /// Limits on login attempts.
    pub login_limits: LoginLimits,
}

impl Default for AuthConfig {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            public_url: None,
            allowed_origins: Vec::new(),
            session_idle_timeout: SESSION_IDLE_TIMEOUT,
            session_absolute_timeout: SESSION_ABSOLUTE_TIMEOUT,
            reauthentication_window: REAUTHENTICATION_WINDOW,
            audit_retention: AUDIT_RETENTION,
            password_cost: PasswordCost::default(),
            // leaves a core to ingest and to signed-in users while a burst of logins is hashed
            password_concurrency: cores.saturating_sub(1).max(1),
            login_limits: LoginLimits::default(),
        }
    }
}

/// argon2id parameters.
#[derive(Clone, Copy, Debug)]
pub struct PasswordCost {
    /// Memory per hash, KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// The OWASP password storage recommendation for argon2id with the least memory.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// How many login attempts are answered. Both limits count every attempt, so that a limit tells nothing about accounts.
#[derive(Clone, Copy, Debug)]
pub struct LoginLimits {
    /// Per client address (per /64 network for IPv6).
    pub per_ip: Rate,
    /// Per e-mail address, whether it has an account or not.
    pub per_account: Rate,
}

impl Default for LoginLimits {
    /// An office behind one address can sign in on Monday morning; one account sees at most 5,760 guesses a day.
    fn default() -> Self {
        Self {
            per_ip: Rate::new(30, Duration::from_secs(2)),
            per_account: Rate::new(10, Duration::from_secs(15)),
        }
    }
}

/// A token bucket.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Attempts that may come at once.
    pub burst: NonZeroU32,
    /// Time until one more is allowed; never zero.
    pub one_per: Duration,
}

impl Rate {
    /// `burst` attempts at once, then one per `one_per`.
    pub const fn new(burst: u32, one_per: Duration) -> Self {
        assert!(!one_per.is_zero(), "a rate needs a time");
        Self { burst: NonZeroU32::new(burst).expect("a rate allows at least one attempt"), one_per }
    }
}
