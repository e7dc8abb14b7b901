//! Corpus files: requests one after another, each as u32 little-endian length and the serialised
//! `ExportTraceServiceRequest`.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context as _, ensure};

/// A longer message is no corpus; the server would refuse it too.
const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// Reads a corpus file once, request by request.
pub(crate) struct Reader<R = BufReader<File>> {
    input: R,
}

impl Reader {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot read the corpus {}", path.display()))?;
        Ok(Self { input: BufReader::with_capacity(1 << 20, file) })
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = anyhow::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut length = [0; 4];
        match self.input.read(&mut length[..1]) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => return Some(Err(error.into())),
        }
        let mut read = || {
            self.input.read_exact(&mut length[1..])?;
            let length = u32::from_le_bytes(length) as usize;
            ensure!(length <= MESSAGE_BYTES_MAX, "a message of {length} bytes: is this a corpus file?");
            let mut message = vec![0; length];
            self.input.read_exact(&mut message)?;
            Ok(message)
        };
        Some(read().context("the corpus ends within a message"))
    }
}

/// Writes one request.
pub(crate) fn write(output: &mut impl Write, message: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(message.len()).map_err(std::io::Error::other)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: two messages written, the second cut off. Guarantee: the first is read, then an error, never a panic.
    #[test]
    fn reading_a_cut_off_file_ends_with_an_error() {
        let mut file = Vec::new();
        write(&mut file, b"one").unwrap();
        write(&mut file, b"two").unwrap();
        let mut whole = Reader { input: &file[..] };
        assert_eq!(whole.next().unwrap().unwrap(), b"one");
        assert_eq!(whole.next().unwrap().unwrap(), b"two");
        assert!(whole.next().is_none());
        let mut cut = Reader { input: &file[..file.len() - 1] };
        assert!(cut.next().unwrap().is_ok());
        assert!(cut.next().unwrap().is_err());
    }
}
