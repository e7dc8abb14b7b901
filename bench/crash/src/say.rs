//! Lines for whoever runs it, on the standard output, at once.

use std::io::Write as _;

/// Prints one or more lines.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(out.flush()?)
}
