//! What the binary can do, one file for each command of the command line.

pub mod health;
pub mod openapi;
pub mod probe_index;
pub mod rederive;
pub mod reset_password;
pub mod serve;
