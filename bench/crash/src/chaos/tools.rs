//! What this machine lets us do. Looks once at the start; what is missing is said and left out.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::memory;
use super::plan::{Ending, Lasting, Possible};

/// Where distributions put it; `MT` is the one for programs with threads.
const FAKETIME_FOLDERS: [&str; 3] = ["/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/local/lib/faketime"];
const FAKETIME_NAME: &str = "libfaketimeMT.so.1";

/// What was found.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) possible: Possible,
    /// What was left out, and why.
    pub(crate) left_out: Vec<String>,
    pub(crate) faketime: Option<PathBuf>,
}

impl Tools {
    /// Looks for each; `has_disk` says whether the data folder is on a file system of its own.
    pub(crate) async fn look(has_disk: Result<(), String>) -> Self {
        let faketime = find_faketime();
        let clock =
            faketime.as_ref().map(drop).ok_or_else(|| format!("no {FAKETIME_NAME}: install faketime"));
        let slow =
            if can_trace().await { Ok(()) } else { Err("strace is missing or may not trace".to_owned()) };
        let files = if runs("prlimit", &["--version"]).await { Ok(()) } else { Err("no prlimit".to_owned()) };
        let memory = memory::find_root().map(drop);
        let (mut possible, mut left_out) = (Possible::default(), Vec::new());
        for lasting in Lasting::ALL {
            let found = match lasting {
                Lasting::Clock => &clock,
                Lasting::DiskFull => &has_disk,
                Lasting::SlowDisk => &slow,
                Lasting::FewFiles => &files,
            };
            match found {
                Ok(()) => possible.lasting.push(lasting),
                Err(why) => left_out.push(format!("{}: {why}", lasting.name())),
            }
        }
        for ending in Ending::ALL {
            match &memory {
                Err(why) if ending == Ending::OutOfMemory => {
                    left_out.push(format!("{}: {why}", ending.name()));
                }
                _ => possible.ending.push(ending),
            }
        }
        Self { possible, left_out, faketime }
    }

    /// Keeps the faults whose names contain one of `names`; all when there are none.
    pub(crate) fn keep_only(&mut self, names: &[String]) {
        let is_kept = |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
        self.possible.lasting.retain(|lasting| is_kept(lasting.name()));
        self.possible.ending.retain(|ending| is_kept(ending.name()));
    }
}

fn find_faketime() -> Option<PathBuf> {
    let folders = FAKETIME_FOLDERS.iter().flat_map(|pattern| match pattern.split_once('*') {
        Some((parent, rest)) => std::fs::read_dir(parent)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join(rest.trim_start_matches('/')))
            .collect(),
        None => vec![PathBuf::from(pattern)],
    });
    folders.map(|folder| folder.join(FAKETIME_NAME)).find(|path| path.is_file())
}

/// Whether a process that is not our child's child can be traced: that is how it is done with the server.
async fn can_trace() -> bool {
    let Ok(mut sleeper) = Command::new("sleep").arg("60").kill_on_drop(true).spawn() else { return false };
    let Some(id) = sleeper.id() else { return false };
    let traced = Command::new("strace")
        .args(["-q", "-o", "/dev/null", "-p", &id.to_string()])
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let Ok(mut traced) = traced else { return false };
    let is_traced = super::wait::until(super::wait::SHORT, async || {
        if matches!(traced.try_wait(), Ok(Some(_)) | Err(_)) {
            Some(false)
        } else {
            is_traced(id).then_some(true)
        }
    })
    .await;
    let _ = traced.kill().await;
    let _ = sleeper.kill().await;
    is_traced == Some(true)
}

/// Whether a process has a tracer.
pub(crate) fn is_traced(id: u32) -> bool {
    let status = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status"));
    status.is_ok_and(|status| {
        status.lines().any(|line| line.strip_prefix("TracerPid:").is_some_and(|tracer| tracer.trim() != "0"))
    })
}

async fn runs(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: two names are asked for. Guarantee: exactly the faults whose names contain them are left.
    #[test]
    fn only_what_was_asked_for_is_kept() {
        let possible = Possible { lasting: Lasting::ALL.to_vec(), ending: Ending::ALL.to_vec() };
        let mut tools = Tools { possible, left_out: Vec::new(), faketime: None };
        tools.keep_only(&["disk".to_owned(), "merge".to_owned()]);
        assert_eq!(tools.possible.lasting, [Lasting::DiskFull, Lasting::SlowDisk]);
        assert_eq!(tools.possible.ending, [Ending::KillInMerge]);
    }
}
