//! What the operating system knows about a run: CPU time, memory, bytes on disk, and `perf`.

mod cpu;
mod disk;
mod memory;
mod perf;

pub(crate) use cpu::{CpuMark, CpuUse};
pub(crate) use disk::{DiskUse, file_system};
pub(crate) use memory::{Memory, load_average};
pub(crate) use perf::Recorder;
