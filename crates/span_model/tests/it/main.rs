//! The span model against prost as the reference, against real captures, and against hostile bytes.

mod arbitrary;
mod captures;
mod decode;
mod edge_cases;
mod hostile;
mod reference;
mod splice;
