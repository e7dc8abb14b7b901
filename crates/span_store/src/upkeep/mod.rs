//! How the store lives on: merging archive files, forgetting what is too old, forgetting what somebody wants forgotten.
//!
//! Everything here works in small steps that a kill may interrupt anywhere: what is durable decides what comes next.
//!
//! A deletion goes through the store in this order, and is finished when the last step is:
//!
//! | step | when | what |
//! |---|---|---|
//! | written down | in the request | a row in `app.db` with the newest record of that moment, `catalog/deletions.rs` |
//! | out of the index | in the request | rows deleted, traces computed again; nothing that is indexed later gets in |
//! | out of the wal | when sealed | the seal leaves out what is to be deleted, then the wal is trimmed |
//! | out of the archive | in upkeep | each file that holds something to be deleted is written again without it |
//! | out of the bytes | at the end | SQLite's logs emptied, quarantine looked through, rows looked for once more, the index copied into a new file |

mod believed;
pub(crate) mod checksum;
pub(crate) mod compact;
mod erase;
mod expire;
pub(crate) mod handle;
pub(crate) mod rederive;
pub(crate) mod requests;
pub(crate) mod retention;
mod rewrite;
mod round;
pub(crate) mod state;
pub(crate) mod trust;
