//! The contract suite of the Go server's API: what the real one answered (`go_answers`), route by route and field by field;
//! its page's schemas; and what this server does otherwise. What differs has to be in `docs/legacy-api.md`.

mod accounts;
mod answers;
mod browser;
mod compare;
mod contract;
mod documentation;
mod go_server;
mod keys;
mod llm;
mod recorded;
mod schemas;
mod spans;
