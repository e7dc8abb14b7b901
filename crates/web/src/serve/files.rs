//! How many files and sockets the process may have open, and how many connections that and its memory allow each listener.

use std::io;
use std::net::SocketAddr;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};

use super::bounds::CONNECTIONS_MAX;

/// Files that no connection takes: databases with their logs, files of the archive that are read and written, DuckDB's
/// spilling, connections of our own to ingestion services. An eighth of many, and at least this.
const RESERVE_MIN: u64 = 256;
const RESERVE_SHARE: u64 = 8;
/// A listener with less than that is of no use, however few files there are.
const CONNECTIONS_MIN: usize = 16;
/// What a connection of HTTP/2 takes for its tables and buffers: 16 KiB before its first request, 30 KiB after it.
const CONNECTION_BYTES: u64 = 32 << 10;
/// Part of the memory that all connections may take together, for the buffers that nobody reserves.
const CONNECTIONS_SHARE: u64 = 8;
/// Bytes of answers that the kernel keeps for one connection (it counts twice as many with its own). By itself it takes up to
/// 4 MiB for a reader that does not read, of the memory of our cgroup.
const SEND_BUFFER_BYTES: u32 = 256 << 10;
/// Connections that wait in the system's queue to be accepted; what the runtime asks for by itself.
const QUEUE_MAX: u32 = 1024;

/// How many files the process may have open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimit {
    /// None when there is no limit.
    pub files_max: Option<u64>,
}

/// Raises the limit of open files to what the system allows this process, which by default is far below that, and returns it.
/// Without success the old limit stays.
pub fn raise_file_limit() -> FileLimit {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return FileLimit { files_max: current };
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => FileLimit { files_max: maximum },
        Err(error) => {
            tracing::warn!(%error, files = current, "the limit of open files cannot be raised");
            FileLimit { files_max: current }
        }
    }
}

impl FileLimit {
    /// Connections that each of `listeners` may have at once, so that together they leave the files that the stores need, and
    /// take no more than their part of the process's memory.
    pub fn connections_max(self, listeners: usize, memory_bytes: u64) -> usize {
        let in_memory = memory_bytes / CONNECTIONS_SHARE / CONNECTION_BYTES;
        let free = self.files_max.map(|files| files.saturating_sub(RESERVE_MIN.max(files / RESERVE_SHARE)));
        let all = free.map_or(in_memory, |free| free.min(in_memory));
        let share = usize::try_from(all).unwrap_or(usize::MAX) / listeners.max(1);
        share.clamp(CONNECTIONS_MIN, CONNECTIONS_MAX)
    }
}

/// Listens on `addr`, with a bound on what the kernel keeps for the connections that come.
pub fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // as the runtime's own listeners: a restart does not wait for old connections to be forgotten
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(addr)?;
    socket.listen(QUEUE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: as many files as systems allow, few, and none to speak of, little memory and much, for one to five listeners.
    /// Guarantee: together the listeners leave the reserve as long as there is one, take no more than their part of the memory,
    /// and none has more than its own bound.
    #[test]
    fn listeners_leave_files_and_memory_for_the_stores() {
        for (files, memory) in
            [(1024, 64 << 20), (4096, 256 << 20), (65_536, 512 << 20), (1_048_576, 8 << 30)]
        {
            for listeners in 1..=5 {
                let each = FileLimit { files_max: Some(files) }.connections_max(listeners, memory);
                let all = each as u64 * listeners as u64;
                assert!(all + RESERVE_MIN <= files, "{files} {listeners}: {each}");
                assert!(all * CONNECTION_BYTES <= memory / CONNECTIONS_SHARE, "{memory} {listeners}: {each}");
                assert!((CONNECTIONS_MIN..=CONNECTIONS_MAX).contains(&each));
            }
        }
        assert_eq!(FileLimit { files_max: Some(64) }.connections_max(3, 1 << 30), CONNECTIONS_MIN);
        assert_eq!(FileLimit { files_max: None }.connections_max(3, 1 << 20), CONNECTIONS_MIN);
        assert_eq!(FileLimit { files_max: None }.connections_max(3, 2 << 30), CONNECTIONS_MAX);
    }

    /// Scenario: the limit is raised twice. Guarantee: it is the highest that the system allows, and stays.
    #[test]
    fn limit_is_raised_to_what_is_allowed() {
        let raised = raise_file_limit();
        assert_eq!(raised.files_max, getrlimit(Resource::Nofile).maximum);
        assert_eq!(getrlimit(Resource::Nofile).current, raised.files_max);
        assert_eq!(raise_file_limit(), raised);
    }
}
