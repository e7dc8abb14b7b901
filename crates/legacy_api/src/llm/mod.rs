//! Gemini, for the playground: what is passed on of a request, and the bounded call.

mod request;
mod vendor;

pub(crate) use request::Generation;
pub(crate) use vendor::Vendor;
