//! What the binary can do, one file for each command of the command line.

pub mod compare;
pub mod health;
pub mod import_go;
pub mod openapi;
pub mod probe_index;
pub mod rederive;
pub mod reset_password;
pub mod serve;
