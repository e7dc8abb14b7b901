//! Compiles proto/ with protox, so that no protoc is needed.

use std::error::Error;

const FILES: [&str; 3] = [
    "junjo/ingestion/v1/batches.proto",
    "ingestion/internal_auth.proto",
    "ingestion/internal_ingestion.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = "../../proto";
    println!("cargo::rerun-if-changed={root}");
    let descriptors = protox::compile(FILES, [root])?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
