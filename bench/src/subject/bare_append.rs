//! Whole rows appended to DuckDB by a child process: the example `bare_append` of junjo-span-store.

use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};

use crate::corpus::{self, Template};

/// What one layout of the table achieved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BareAppend {
    /// Its column types and storage version.
    pub(crate) layout: String,
    pub(crate) spans: u64,
    /// Appends alone, each batch committed.
    pub(crate) spans_per_second: f64,
    /// With the checkpoint at the end.
    pub(crate) spans_per_second_with_checkpoint: f64,
    pub(crate) bytes_per_span: f64,
}

/// Appends the spans of `pool`, up to `spans_max` of them, in every layout.
pub(crate) fn run_bare_append(
    program: &Path,
    dir: &Path,
    pool: &[Template],
    spans_max: u64,
) -> anyhow::Result<Vec<BareAppend>> {
    let mut child = Command::new(program)
        .arg(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let mut input = BufWriter::new(child.stdin.take().context("the anchor's input")?);
    let mut spans = 0;
    for template in pool {
        corpus::write(&mut input, template.message()).context("the append anchor stopped reading")?;
        spans += u64::from(template.span_count());
        if spans >= spans_max {
            break;
        }
    }
    input.flush()?;
    drop(input);
    let mut output = String::new();
    child.stdout.take().context("the anchor's output")?.read_to_string(&mut output)?;
    let status = child.wait()?;
    ensure!(status.success(), "the append anchor ended with {status}");
    serde_json::from_str(&output).context("the append anchor's output is not what was expected")
}
