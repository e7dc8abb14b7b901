//! How many files and sockets the process may have open, and what of that each listener gets.

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
    /// Connections that each of `listeners` may have at once, so that together they leave what the stores need.
    pub fn connections_max(self, listeners: usize) -> usize {
        let Some(files) = self.files_max else {
            return CONNECTIONS_MAX;
        };
        let free = files.saturating_sub(RESERVE_MIN.max(files / RESERVE_SHARE));
        let share = usize::try_from(free).unwrap_or(usize::MAX) / listeners.max(1);
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

    /// Scenario: as many files as systems allow, few, and none to speak of, for one to five listeners. Guarantee: together
    /// the listeners leave the reserve as long as there is one, and none has more than its own bound.
    #[test]
    fn listeners_leave_files_for_the_stores() {
        for files in [1024, 4096, 65_536, 1_048_576] {
            for listeners in 1..=5 {
                let each = FileLimit { files_max: Some(files) }.connections_max(listeners);
                assert!(each as u64 * listeners as u64 + RESERVE_MIN <= files, "{files} {listeners}: {each}");
                assert!((CONNECTIONS_MIN..=CONNECTIONS_MAX).contains(&each));
            }
        }
        assert_eq!(FileLimit { files_max: Some(64) }.connections_max(3), CONNECTIONS_MIN);
        assert_eq!(FileLimit { files_max: None }.connections_max(3), CONNECTIONS_MAX);
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
