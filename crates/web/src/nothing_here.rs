//! Telling "this address leads nowhere" from any other 404, for a layer that may know the address.

use axum::response::Response;

/// An extension of a response: no route and no file has this address. A handler never says so.
#[derive(Clone, Copy, Debug)]
pub struct NothingHere;

impl NothingHere {
    /// `response` with the mark.
    pub fn mark(mut response: Response) -> Response {
        response.extensions_mut().insert(Self);
        response
    }
}
