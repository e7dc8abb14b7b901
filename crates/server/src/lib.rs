//! Junjo Server's composition: settings, start and stop, HTTP and gRPC surfaces, health, metrics and the page's files.
//!
//! Features know nothing of each other; this crate wires them. It holds no rules of its own.
//!
//! | module | what is there |
//! |---|---|
//! | [`cli`], [`settings`], [`commands`] | the command line, and one file for each command |
//! | [`running`], `data_lock`, `private_files` | a server from bound ports to closed stores, on a folder that is its own and nobody else reads |
//! | [`app`], `entrance`, `stores`, `features` | what is open: stores, tasks, and the list of features |
//! | `http`, `cors`, `routes`, `page`, `compression` | the layers around all routes, and those that belong to no feature |
//! | [`document`], `route_table` | the API's description and the table of its routes |
//! | `memory`, `watch` | shares of memory; the program's own log and traces |

pub mod app;
pub mod cli;
pub mod commands;
mod compression;
mod cors;
mod data_lock;
pub mod document;
mod entrance;
mod features;
mod http;
mod memory;
mod page;
mod private_files;
mod route_table;
mod routes;
pub mod running;
pub mod settings;
mod stores;
mod watch;
mod web_settings;
