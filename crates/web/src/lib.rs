//! What every HTTP feature shares: problem+json errors, extractors, pagination, request ids, security headers, the
//! access log, the clock, the lifecycle of background tasks and the SQLite pool.
//!
//! It knows no feature, no route and no table. It must never depend on another crate of the workspace but the account of
//! memory.

pub mod access_log;
mod alias;
pub mod client;
pub mod clock;
pub mod db;
pub mod document;
pub mod edge;
mod error;
mod extract;
pub mod lifecycle;
mod nothing_here;
mod pagination;
mod problem;
pub mod query;
pub mod request_id;
pub mod security_headers;
pub mod serve;
mod size;

pub use alias::with_alias;
pub use clock::{Clock, ManualClock, SharedClock, SystemClock, uuid_v7};
pub use error::{ApiError, ApiResult, BoxError, ErrorKind, FieldError, logged};
pub use extract::{ApiJson, ApiPath};
pub use lifecycle::Lifecycle;
pub use nothing_here::NothingHere;
pub use pagination::{Limit, Page, decode_cursor, encode_cursor};
pub use problem::{ErrorReport, PROBLEM_JSON, Problem, ProblemSchemas, Problems, ensure_problem};
pub use query::{ApiQueries, ApiQuery};
pub use request_id::RequestId;
pub use size::parse_bytes;
