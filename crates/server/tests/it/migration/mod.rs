//! Coming from the Go server: the import, with the real binary, and the files for the cut-over with real proxies.

mod go_files;
mod import;
mod kills;
mod proxies;
