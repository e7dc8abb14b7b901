//! Questions and answers about stored telemetry, for every feature that asks them: the page's API, alerts, evaluations. A
//! [`Telemetry`] is asked; parameters become typed filters, and what the store returns becomes wire types.
//!
//! It has no route and starts no task, and knows no feature.
//!
//! | folder | what is there |
//! |---|---|
//! | [`params`] | questions as query strings ask them, and the typed filters that they become |
//! | `questions` | how each question is answered |
//! | [`answers`] | wire types |

pub mod answers;
mod cursor;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod handle;
mod page;
pub mod params;
mod questions;

pub use cursor::CURSOR_VERSION;
pub use error::{TelemetryError, TelemetryResult};
pub use handle::Telemetry;
pub use page::{Answered, Incomplete, PageAsk, SearchPage};
