//! A small file system of its own for the data folder, which can be filled to the last byte: ext4 in a file, or memory where
//! that cannot be mounted. Without root the folder stays where it is, and nothing is filled.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

/// Taken at a time, halved at the end.
const STEP_BYTES: u64 = 64 << 20;
const BLOCK_BYTES: usize = 4_096;

/// It; unmounted at the end.
#[derive(Debug)]
pub(crate) struct Disk {
    mounted: Option<PathBuf>,
    pub(crate) kind: &'static str,
}

impl Disk {
    /// Mounts one of so many MiB in `dir`; the second value is why there is none.
    pub(crate) fn mount(dir: &Path, mib: u64) -> anyhow::Result<(Self, Result<(), String>)> {
        let at = dir.join("disk");
        std::fs::create_dir_all(&at)?;
        let image = dir.join("disk.img");
        let size = format!("size={mib}m");
        let in_file = File::create(&image).and_then(|file| file.set_len(mib << 20)).is_ok()
            && run("mkfs.ext4", &["-q", "-m", "0"], &[&image])
            && run("mount", &["-o", "loop"], &[&image, &at]);
        let kind = if in_file {
            "ext4 in a file"
        } else if run("mount", &["-t", "tmpfs", "-o", &size, "junjo-chaos"], &[&at]) {
            "memory"
        } else {
            let why = "no file system can be mounted: run it as root".to_owned();
            return Ok((Self { mounted: None, kind: "the disk of the temporary folder" }, Err(why)));
        };
        Ok((Self { mounted: Some(at), kind }, Ok(())))
    }

    /// Takes every byte that is free.
    pub(crate) fn fill(&self) -> anyhow::Result<()> {
        let mut file = File::options().create(true).append(true).open(self.filler()?)?;
        let (mut at, mut step) = (0, STEP_BYTES);
        // blocks are taken without being written, so that this is quick; what is left of the last one is written
        while step > 0 {
            match fallocate(&file, FallocateFlags::empty(), at, step) {
                Ok(()) => at += step,
                Err(Errno::NOSPC) => step /= 2,
                Err(error) => return Err(error).context("the disk cannot be filled"),
            }
        }
        match file.write_all(&[0xa5; BLOCK_BYTES]).and_then(|()| file.sync_all()) {
            Err(error) if error.kind() != ErrorKind::StorageFull => {
                Err(error).context("the disk cannot be filled")
            }
            _ => Ok(()),
        }
    }

    /// Gives them back.
    pub(crate) fn free(&self) -> anyhow::Result<()> {
        match std::fs::remove_file(self.filler()?) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn filler(&self) -> anyhow::Result<PathBuf> {
        match &self.mounted {
            Some(at) => Ok(at.join("filler")),
            None => bail!("there is no small file system"),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(at) = &self.mounted {
            // a process that was just killed may hold it for a moment longer: detached now, gone with the last file
            run("umount", &["-l"], &[at]);
        }
    }
}

fn run(program: &str, args: &[&str], paths: &[&Path]) -> bool {
    let mut command = Command::new(program);
    command.args(args).args(paths).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
