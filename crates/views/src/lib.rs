//! Saved views of the page's lists, under `/views`: a name, and the parameters that the list's address has. A view is its
//! owner's, or shared with everybody who may sign in. It must not know what a parameter means: that is the page's.

mod error;
mod repository;
mod router;
mod schemas;
mod service;

use junjo_web::Lifecycle;

pub use error::ViewError;
pub use router::routes;
pub use schemas::{NewView, View, ViewChange};
pub use service::Views as State;

/// Starts nothing: views change when somebody changes them.
pub fn spawn(_: &State, _: &Lifecycle) {}
