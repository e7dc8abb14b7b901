//! Decompression in steps: each step is bounded by memory that was reserved for it, so that a small body cannot become
//! a large one unnoticed.

use std::io::Read;

use bytes::buf::Reader;
use bytes::{Buf as _, Bytes};

use crate::refusal::Refusal;

/// Compressions that the receivers speak, as `accept-encoding` and `grpc-accept-encoding` list them.
pub(crate) const SUPPORTED: &str = "gzip, deflate, zstd, identity";

/// Largest window of zstd: twice what RFC 8878 (section 3.1.1.1.2) asks every decoder for, and all that encoders take below
/// their highest levels.
const ZSTD_WINDOW_MAX: usize = 16 << 20;

/// A compression that the receivers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    /// zlib's format, as HTTP defines it.
    Deflate,
    Zstd,
}

impl Encoding {
    /// The encoding of a `grpc-encoding` or `content-encoding` value; none at all means identity.
    pub(crate) fn parse(value: Option<&str>) -> Result<Self, Refusal> {
        match value.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            "zstd" => Ok(Self::Zstd),
            other => Err(Refusal::UnsupportedEncoding(other.chars().take(40).collect())),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
        }
    }

    /// Memory that `bytes` of output take: zstd's decoder keeps up to as much again as its window.
    pub(crate) fn memory_bytes(self, bytes: usize) -> usize {
        if self == Self::Zstd { bytes.saturating_add(bytes.min(ZSTD_WINDOW_MAX)) } else { bytes }
    }

    /// Output that fits into `bytes` of memory; the inverse of [`Encoding::memory_bytes`].
    pub(crate) fn output_bytes(self, bytes: usize) -> usize {
        if self == Self::Zstd { (bytes / 2).max(bytes.saturating_sub(ZSTD_WINDOW_MAX)) } else { bytes }
    }
}

/// A message that is being decompressed. CPU work: run it off the async threads.
pub(crate) struct Decompression {
    encoding: Encoding,
    decoder: Box<dyn Read + Send>,
    out: Vec<u8>,
}

/// What one step ended with.
pub(crate) enum Step {
    /// The whole message.
    Done(Vec<u8>),
    /// The room is used up; there may be more.
    Full(Decompression),
}

impl Decompression {
    pub(crate) fn new(encoding: Encoding, body: Bytes) -> Result<Self, Refusal> {
        let body = body.reader();
        let decoder: Box<dyn Read + Send> = match encoding {
            Encoding::Identity => Box::new(body),
            Encoding::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(body)),
            Encoding::Deflate => Box::new(flate2::bufread::ZlibDecoder::new(body)),
            Encoding::Zstd => Box::new(zstd_decoder(body).map_err(|error| broken(encoding, &error))?),
        };
        Ok(Self { encoding, decoder, out: Vec::new() })
    }

    /// Decompresses until there are `room` bytes or the message ends.
    pub(crate) fn run(mut self, room: usize) -> Result<Step, Refusal> {
        let wanted = room.saturating_sub(self.out.len());
        self.out.reserve_exact(wanted);
        let read = (&mut self.decoder).take(wanted as u64).read_to_end(&mut self.out);
        let read = read.map_err(|error| broken(self.encoding, &error))?;
        Ok(if read < wanted { Step::Done(self.out) } else { Step::Full(self) })
    }
}

fn zstd_decoder(body: Reader<Bytes>) -> std::io::Result<impl Read + Send> {
    let mut decoder = zstd::Decoder::with_buffer(body)?;
    decoder.window_log_max(ZSTD_WINDOW_MAX.ilog2())?;
    Ok(decoder)
}

fn broken(encoding: Encoding, error: &std::io::Error) -> Refusal {
    Refusal::Invalid(format!("the {} body does not decompress: {error}", encoding.as_str()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn in_steps(encoding: Encoding, body: Vec<u8>, step: usize) -> Result<Vec<u8>, Refusal> {
        let mut decompression = Decompression::new(encoding, body.into())?;
        let mut room = step;
        loop {
            match decompression.run(room)? {
                Step::Done(message) => return Ok(message),
                Step::Full(next) => {
                    assert_eq!(next.out.len(), room, "a step fills exactly its room");
                    decompression = next;
                    room += step;
                }
            }
        }
    }

    /// Scenario: each compression, read in steps that do and do not divide the message. Guarantee: the message.
    #[test]
    fn run_in_steps_returns_the_message() {
        let message: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        for step in [1000, 4096, 40_000, 100_000] {
            for (encoding, body) in [
                (Encoding::Gzip, gzip(&message)),
                (Encoding::Deflate, zlib(&message)),
                (Encoding::Zstd, zstd::encode_all(&message[..], 1).unwrap()),
                (Encoding::Identity, message.clone()),
            ] {
                assert_eq!(in_steps(encoding, body, step), Ok(message.clone()), "{encoding:?} {step}");
            }
        }
    }

    /// Scenario: two gzip members and two zstd frames in a row. Guarantee: both are read, as the formats say.
    #[test]
    fn run_reads_all_members() {
        let two = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(in_steps(Encoding::Gzip, two, 100), Ok(b"one two".to_vec()));
        let two =
            [zstd::encode_all(&b"one "[..], 1).unwrap(), zstd::encode_all(&b"two"[..], 1).unwrap()].concat();
        assert_eq!(in_steps(Encoding::Zstd, two, 100), Ok(b"one two".to_vec()));
    }

    /// Scenario: bodies that are not what their header says, and cut off ones. Guarantee: refused as broken.
    #[test]
    fn run_on_broken_bodies_refuses() {
        for encoding in [Encoding::Gzip, Encoding::Deflate, Encoding::Zstd] {
            let result = in_steps(encoding, b"plain text".to_vec(), 100);
            assert!(matches!(result, Err(Refusal::Invalid(_))), "{encoding:?} {result:?}");
        }
        let cut = gzip(&[7; 1000]);
        assert!(in_steps(Encoding::Gzip, cut[..cut.len() - 9].to_vec(), 10_000).is_err());
        let cut = zstd::encode_all(&[7; 1000][..], 1).unwrap();
        assert!(in_steps(Encoding::Zstd, cut[..cut.len() - 1].to_vec(), 10_000).is_err());
    }

    /// Scenario: encodings as headers spell them. Guarantee: case and blanks do not matter, unknown ones are named.
    #[test]
    fn parse_reads_header_values() {
        assert_eq!(Encoding::parse(None), Ok(Encoding::Identity));
        assert_eq!(Encoding::parse(Some(" GZip ")), Ok(Encoding::Gzip));
        assert_eq!(Encoding::parse(Some("x-gzip")), Ok(Encoding::Gzip));
        assert_eq!(Encoding::parse(Some("br")), Err(Refusal::UnsupportedEncoding("br".to_owned())));
    }
}
