//! The child process that opens the index first, or decodes a record over which starts have died: what aborts takes this
//! process with it and not the server.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use junjo_span_store::{Probe, probe};

/// Exit codes of `probe-index`; any other end (a signal above all) counts as damage.
const SOUND: u8 = 0;
const DAMAGED: u8 = 3;
const BLOCKED: u8 = 4;

/// Runs in the child: opens the file and reports by exit code, with the reason on standard error.
pub fn run(path: &Path) -> ExitCode {
    let (code, reason) = match probe(path) {
        Probe::Sound => (SOUND, String::new()),
        Probe::Damaged(reason) => (DAMAGED, reason),
        Probe::Blocked(reason) => (BLOCKED, reason),
    };
    let _ = std::io::stderr().write_all(reason.as_bytes());
    ExitCode::from(code)
}

/// Runs in the server: starts the child with this same binary.
pub(crate) fn in_child(binary: &Path, path: &Path) -> Probe {
    let output = match Command::new(binary).arg("probe-index").arg(path).output() {
        Ok(output) => output,
        Err(error) => return Probe::Blocked(format!("the probe cannot be started: {error}")),
    };
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    match output.status.code() {
        Some(code) if code == i32::from(SOUND) => Probe::Sound,
        Some(code) if code == i32::from(BLOCKED) => Probe::Blocked(reason),
        Some(_) => Probe::Damaged(reason),
        None => Probe::Damaged(format!("the probe died ({}): {reason}", output.status)),
    }
}
