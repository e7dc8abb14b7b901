//! How much memory the process takes when nobody says.

/// Largest share of memory that is taken without being told: 1 GiB, or half of the machine.
const MEMORY_LIMIT_DEFAULT: u64 = 1 << 30;

/// The smaller of 1 GiB and half of what the cgroup or the machine has.
pub(crate) fn default_memory_limit() -> u64 {
    let cgroup =
        std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
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
