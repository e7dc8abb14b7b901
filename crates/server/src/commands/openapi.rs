//! `junjo-server openapi`: prints the API's description, or the table of its routes. It opens nothing.

use std::io::Write as _;
use std::process::ExitCode;

use crate::document;

/// Prints the document, or the table.
pub fn run(routes: bool) -> anyhow::Result<ExitCode> {
    let text = if routes { document::route_table() } else { document::text()? };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
