//! Reading real files of the Go server's form, and comparing two servers over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod compare;
mod files;
