//! Faults in the file operations of a real server process: it dies at a chosen one, before, inside or after it, or the
//! operation fails as on a full or broken disk. The server itself knows nothing of this: a small library
//! (`faults.c`) is loaded into it with `LD_PRELOAD`, so the phase that a kill hits is known and not guessed.
//!
//! With [`Faults::with_disk`] there is a model of the disk below it (`disk.c`), and the power can be cut: what was never
//! synced, or was when an fsync failed, is then gone.
//!
//! Works on Linux with a C compiler; elsewhere [`FaultLibrary::compile`] says why not.

use std::fs::File;
use std::io::{Error, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SOURCE: &str = concat!(include_str!("disk.c"), include_str!("faults.c"));
const PAGE_BYTES: u64 = 4096;

/// Slots of the control page, as in `faults.c`.
mod slot {
    pub(super) const MASK: u64 = 0;
    pub(super) const SKIP: u64 = 1;
    pub(super) const ACTION: u64 = 2;
    pub(super) const ERRNO: u64 = 3;
    pub(super) const TIMES: u64 = 4;
    pub(super) const HITS: u64 = 5;
    pub(super) const HIT: u64 = 6;
    pub(super) const COUNTS: u64 = 8;
}

/// A file of the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum StoreFile {
    /// `wal.db-wal`, where an append is made durable.
    WalLog = 1,
    /// `wal.db`, written by SQLite's checkpoints.
    Wal = 2,
    /// `index.duckdb.wal`, where a commit of the index is made durable.
    IndexLog = 3,
    /// `index.duckdb`, written by DuckDB's checkpoints.
    Index = 4,
    /// Anything in `archive/`.
    Archive = 5,
    /// `app.db-wal`: the archive manifest, accounts and keys.
    AppLog = 6,
    /// `app.db`, written by SQLite's checkpoints.
    App = 7,
}

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum FileOperation {
    /// Any kind of write.
    Write = 1,
    /// fsync or fdatasync.
    Sync = 2,
    /// A change of the length.
    Truncate = 3,
    /// A new name.
    Rename = 4,
    /// Removal.
    Unlink = 5,
    /// Creation.
    Create = 6,
}

/// One operation on one kind of file.
pub type Operation = (StoreFile, FileOperation);

const FILES: [StoreFile; 7] = [
    StoreFile::WalLog,
    StoreFile::Wal,
    StoreFile::IndexLog,
    StoreFile::Index,
    StoreFile::Archive,
    StoreFile::AppLog,
    StoreFile::App,
];
const OPERATIONS: [FileOperation; 6] = [
    FileOperation::Write,
    FileOperation::Sync,
    FileOperation::Truncate,
    FileOperation::Rename,
    FileOperation::Unlink,
    FileOperation::Create,
];

fn number((file, operation): Operation) -> u64 {
    8 * file as u64 + operation as u64
}

fn operation(number: u64) -> Option<Operation> {
    let file = FILES.into_iter().find(|file| *file as u64 == number / 8)?;
    let operation = OPERATIONS.into_iter().find(|operation| *operation as u64 == number % 8)?;
    Some((file, operation))
}

/// What happens at the chosen operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL instead of the operation.
    KillBefore,
    /// SIGKILL when it is done and before anybody has heard of it.
    KillAfter,
    /// SIGKILL in the middle of it: half of a write is there.
    KillInside,
    /// The power is cut instead of the operation; how much of what was not synced is lost follows from the seed. Without
    /// [`Faults::with_disk`] nothing is lost.
    PowerCut {
        /// Any number.
        seed: u64,
    },
    /// The operation fails with this error so many times (`u64::MAX`: until [`Faults::disarm`]).
    Fail {
        /// `ENOSPC`, `EIO`.
        errno: u64,
        /// How often.
        times: u64,
    },
}

impl Fault {
    /// Error number of a full disk.
    pub const ENOSPC: u64 = 28;
    /// Error number of a broken disk.
    pub const EIO: u64 = 5;
}

/// The compiled library, shared by all processes of a test.
#[derive(Debug, Clone)]
pub struct FaultLibrary {
    path: PathBuf,
}

impl FaultLibrary {
    /// Compiles the library into `dir`; the error says what this machine lacks.
    pub fn compile(dir: &Path) -> Result<Self, Error> {
        if !cfg!(target_os = "linux") {
            return Err(Error::other("faults are injected with LD_PRELOAD, which works on Linux only"));
        }
        let path = dir.join("libjunjofaults.so");
        let mut compiler = Command::new("cc")
            .args([
                "-Wall",
                "-Wextra",
                "-Werror",
                "-O2",
                "-shared",
                "-fPIC",
                "-x",
                "c",
                "-",
                "-ldl",
                "-lpthread",
                "-o",
            ])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()?;
        if let Some(mut source) = compiler.stdin.take() {
            source.write_all(SOURCE.as_bytes())?;
        }
        let status = compiler.wait()?;
        if status.success() { Ok(Self { path }) } else { Err(Error::other(format!("cc: {status}"))) }
    }
}

/// The control page of one server process after another.
#[derive(Debug)]
pub struct Faults {
    library: FaultLibrary,
    path: PathBuf,
    limbo: Option<PathBuf>,
    page: File,
}

impl Faults {
    /// A page in the file `path`, with nothing armed.
    pub fn new(library: &FaultLibrary, path: &Path) -> Result<Self, Error> {
        let page = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        page.set_len(PAGE_BYTES)?;
        Ok(Self { library: library.clone(), path: path.to_owned(), limbo: None, page })
    }

    /// The same with a model of the disk, which keeps removed files in `limbo`, on the file system of the data folder.
    pub fn with_disk(mut self, limbo: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(limbo)?;
        self.limbo = Some(limbo.to_owned());
        Ok(self)
    }

    /// The environment of a process that is to obey this page.
    pub fn environment(&self) -> Vec<(&'static str, &Path)> {
        let limbo = self.limbo.iter().map(|limbo| ("JUNJO_FAULTS_LIMBO", limbo.as_path()));
        [("LD_PRELOAD", self.library.path.as_path()), ("JUNJO_FAULTS", &self.path)]
            .into_iter()
            .chain(limbo)
            .collect()
    }

    /// Lets `fault` happen at the first of `operations` after `skip` others of them.
    pub fn arm(&self, operations: &[Operation], skip: u64, fault: Fault) -> Result<(), Error> {
        self.disarm()?;
        let (action, errno, times) = match fault {
            Fault::KillBefore => (1, 0, 1),
            Fault::KillAfter => (2, 0, 1),
            Fault::KillInside => (3, 0, 1),
            Fault::Fail { errno, times } => (4, errno, times),
            Fault::PowerCut { seed } => (5, seed, 1),
        };
        for (slot, value) in [
            (slot::HITS, 0),
            (slot::SKIP, skip),
            (slot::ACTION, action),
            (slot::ERRNO, errno),
            (slot::TIMES, times),
            // last: from here on it counts
            (slot::MASK, operations.iter().fold(0, |mask, operation| mask | 1 << number(*operation))),
        ] {
            self.set(slot, value)?;
        }
        Ok(())
    }

    /// Lets everything happen as it should again.
    pub fn disarm(&self) -> Result<(), Error> {
        self.set(slot::MASK, 0)
    }

    /// How many faults have happened since [`Faults::arm`].
    pub fn hits(&self) -> Result<u64, Error> {
        self.get(slot::HITS)
    }

    /// The operation that the last fault hit.
    pub fn hit(&self) -> Result<Option<Operation>, Error> {
        if self.hits()? == 0 { Ok(None) } else { self.get(slot::HIT).map(operation) }
    }

    /// How often an operation was begun.
    pub fn count(&self, operation: Operation) -> Result<u64, Error> {
        self.get(slot::COUNTS + number(operation))
    }

    fn get(&self, slot: u64) -> Result<u64, Error> {
        let mut bytes = [0; 8];
        self.page.read_exact_at(&mut bytes, slot * 8)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn set(&self, slot: u64, value: u64) -> Result<(), Error> {
        self.page.write_all_at(&value.to_le_bytes(), slot * 8)
    }
}
