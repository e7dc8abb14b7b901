//! How much memory the process takes when nobody says.

use std::path::Path;

/// Largest share of memory that is taken without being told: 1 GiB, or half of the machine.
const MEMORY_LIMIT_DEFAULT: u64 = 1 << 30;
/// Where cgroups are.
const CGROUPS: &str = "/sys/fs/cgroup";

/// The smaller of 1 GiB and half of what the cgroup (version 1 or 2) or the machine has.
pub(crate) fn default_memory_limit() -> u64 {
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let cgroup = cgroup_limit(Path::new(CGROUPS), &own);
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kib: u64 = text
            .lines()
            .find(|line| line.starts_with("MemTotal:"))?
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()?;
        Some(kib << 10)
    });
    let available = [cgroup, machine].into_iter().flatten().min();
    available.map_or(MEMORY_LIMIT_DEFAULT, |bytes| (bytes / 2).min(MEMORY_LIMIT_DEFAULT))
}

/// The smallest limit of a process's groups and of those around them. `own` is its `/proc/self/cgroup`: lines of
/// `number:controllers:path`, without controllers for version 2. In a container the path may be the one outside, while the files of
/// its own group are at the root.
fn cgroup_limit(root: &Path, own: &str) -> Option<u64> {
    let limits = own.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let (mount, name) = if controllers.is_empty() {
            (root.to_path_buf(), "memory.max")
        } else if controllers.split(',').any(|controller| controller == "memory") {
            (root.join("memory"), "memory.limit_in_bytes")
        } else {
            return None;
        };
        let groups = Path::new(path.trim_start_matches('/')).ancestors();
        groups.filter_map(|group| number(&mount.join(group).join(name))).min()
    });
    limits.min()
}

/// `max` is no number.
fn number(path: &Path) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: groups of both versions: limited themselves, by a group around them, in a container that sees its own group as the
    /// root, and not at all. Guarantee: the smallest limit counts.
    #[test]
    fn limits_of_both_versions_are_found() {
        for (file, text, own, expected) in [
            ("a/b/memory.max", "1000\n", "0::/a/b", Some(1000)),
            ("a/memory.max", "1000\n", "0::/a/b", Some(1000)),
            ("memory.max", "1000\n", "0::/", Some(1000)),
            ("a/memory.max", "max\n", "0::/a", None),
            ("memory/a/b/memory.limit_in_bytes", "2000\n", "5:cpu:/x\n4:memory:/a/b\n0::/", Some(2000)),
            ("memory/memory.limit_in_bytes", "2000\n", "4:hugetlb,memory:/docker/1", Some(2000)),
            ("memory/b/memory.limit_in_bytes", "2000\n", "4:memory:/a", None),
            ("memory.max", "1000\n", "", None),
        ] {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
            assert_eq!(cgroup_limit(root.path(), own), expected, "{file} {own:?}");
        }
    }
}
