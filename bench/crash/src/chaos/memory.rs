//! Want of memory: the running server is moved into a memory cgroup in which there is almost none left, so that the kernel
//! kills it at its next pages. Version 1 counts only what is asked for after the move; so does version 2.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::wait;

/// What the server may still take.
const LEFT_BYTES: u64 = 2 << 20;
const VERSION_1: &str = "/sys/fs/cgroup/memory";
const VERSION_2: &str = "/sys/fs/cgroup";

/// Where groups are made, and how they are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Root {
    path: &'static str,
    limit: &'static str,
    /// The file that counts kills.
    events: &'static str,
}

/// The root, or why there is none.
pub(crate) fn find_root() -> Result<Root, String> {
    let first = Root { path: VERSION_1, limit: "memory.limit_in_bytes", events: "memory.oom_control" };
    let second = Root { path: VERSION_2, limit: "memory.max", events: "memory.events" };
    let root = if Path::new(VERSION_1).join(first.limit).is_file() {
        first
    } else if std::fs::read_to_string(Path::new(VERSION_2).join("cgroup.subtree_control"))
        .is_ok_and(|controllers| controllers.split_whitespace().any(|name| name == "memory"))
    {
        second
    } else {
        return Err("no memory cgroup in which groups can be limited".to_owned());
    };
    let trial = Group::make(root, 0).map_err(|error| format!("no memory cgroup can be made: {error:#}"))?;
    drop(trial);
    Ok(root)
}

/// A group; removed with this.
#[derive(Debug)]
pub(crate) struct Group {
    root: Root,
    path: PathBuf,
}

impl Group {
    /// An empty group with its limit.
    pub(crate) fn make(root: Root, number: u64) -> anyhow::Result<Self> {
        let path = Path::new(root.path).join(format!("junjo-chaos-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).with_context(|| format!("{}", path.display()))?;
        let group = Self { root, path };
        std::fs::write(group.path.join(root.limit), LEFT_BYTES.to_string()).context("its limit")?;
        Ok(group)
    }

    /// Moves a process into it.
    pub(crate) fn take(&self, process: u32) -> anyhow::Result<()> {
        std::fs::write(self.path.join("cgroup.procs"), process.to_string())
            .context("the server cannot be moved")
    }

    /// Moves it back out.
    pub(crate) fn give_back(&self, process: u32) -> anyhow::Result<()> {
        let procs = Path::new(self.root.path).join("cgroup.procs");
        std::fs::write(procs, process.to_string()).context("the server cannot be moved back")
    }

    /// Whether the kernel killed somebody in it.
    pub(crate) fn has_killed(&self) -> bool {
        std::fs::read_to_string(self.path.join(self.root.events)).is_ok_and(|events| kills(&events) > 0)
    }

    /// Removes it as soon as the kernel has let its last process go.
    pub(crate) async fn end(self) {
        wait::until(Duration::from_secs(10), async || std::fs::remove_dir(&self.path).ok()).await;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.path);
    }
}

fn kills(events: &str) -> u64 {
    let count = events.lines().find_map(|line| line.strip_prefix("oom_kill "));
    count.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the counters of both versions of cgroups. Guarantee: the kills are read from them, and nothing else.
    #[test]
    fn kills_are_read_from_both_versions() {
        assert_eq!(kills("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"), 3);
        assert_eq!(kills("low 0\nhigh 0\nmax 9\noom 9\noom_kill 1\noom_group_kill 0\n"), 1);
        assert_eq!(kills("oom_kill_disable 1\n"), 0);
    }
}
