//! The same questions to DuckDB alone, by a child process: the example `bare_query` of junjo-span-store. It needs the
//! index of a server that has stopped.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};

/// A question, as the example knows it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub(crate) enum BareQuestion {
    /// All spans of a trace, by 32 hexadecimal digits.
    Trace { trace_id: String },
    /// The newest 50 traces that started before a moment.
    Newest { before_unix_nano: u64 },
    /// The newest 50 traces with a value in a promoted field.
    Traces { field: &'static str, value: String },
    /// The 50 traces with the highest figure in a column that started at or after a moment.
    Ordered { column: &'static str, from_unix_nano: u64 },
    /// The newest 50 spans with a value in a promoted field.
    Spans { field: &'static str, value: String },
    /// Count, failures and percentiles of the duration per hour.
    PerHour { from_unix_nano: u64, to_unix_nano: u64 },
}

/// What came of one.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct BareAnswer {
    pub(crate) micros: u64,
    pub(crate) rows: u64,
}

/// Asks `questions` in order, after asking the first `warm_up` of them once more.
pub(crate) fn run_bare_query(
    program: &Path,
    index: &Path,
    warm_up: usize,
    questions: &[BareQuestion],
) -> anyhow::Result<Vec<BareAnswer>> {
    let mut child = Command::new(program)
        .arg(index)
        .arg(warm_up.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let mut input = child.stdin.take().context("the anchor's input")?;
    input.write_all(&serde_json::to_vec(questions)?).context("the query anchor stopped reading")?;
    drop(input);
    let mut output = String::new();
    child.stdout.take().context("the anchor's output")?.read_to_string(&mut output)?;
    let status = child.wait()?;
    ensure!(status.success(), "the query anchor ended with {status}");
    let answers: Vec<BareAnswer> =
        serde_json::from_str(&output).context("the query anchor's output is not what was expected")?;
    ensure!(answers.len() == questions.len(), "the query anchor answered {} questions", answers.len());
    Ok(answers)
}
