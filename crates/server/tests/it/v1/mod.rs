//! `/v1` and OTLP/gRPC: what senders get, and what becomes of what they send.

mod bad_input;
mod conformance;
mod traces;
