//! Decompression with a cap: a small body must not become a large one.

use std::io::Read;

use crate::refusal::Refusal;

/// Compressions that the receivers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Deflate,
    Zstd,
}

impl Encoding {
    /// The encoding of a `grpc-encoding` or `content-encoding` value; none at all means identity.
    pub(crate) fn parse(value: Option<&str>) -> Result<Self, Refusal> {
        match value.map(str::trim) {
            None | Some("" | "identity") => Ok(Self::Identity),
            Some("gzip") => Ok(Self::Gzip),
            Some("deflate") => Ok(Self::Deflate),
            Some("zstd") => Ok(Self::Zstd),
            Some(other) => Err(Refusal::UnsupportedEncoding(other.chars().take(40).collect())),
        }
    }
}

/// Decompresses `body` to at most `bytes_max` bytes. CPU work: call it off the async threads.
pub(crate) fn decompress(encoding: Encoding, body: &[u8], bytes_max: usize) -> Result<Vec<u8>, Refusal> {
    match encoding {
        Encoding::Identity => Ok(body.to_vec()),
        Encoding::Gzip => read_capped(flate2::read::MultiGzDecoder::new(body), bytes_max, "gzip"),
        Encoding::Deflate => read_capped(flate2::read::ZlibDecoder::new(body), bytes_max, "deflate"),
        Encoding::Zstd => {
            let decoder = zstd::Decoder::with_buffer(body).map_err(|error| broken("zstd", &error))?;
            read_capped(decoder, bytes_max, "zstd")
        }
    }
}

fn read_capped(decoder: impl Read, bytes_max: usize, name: &str) -> Result<Vec<u8>, Refusal> {
    let mut message = Vec::new();
    decoder.take(bytes_max as u64 + 1).read_to_end(&mut message).map_err(|error| broken(name, &error))?;
    if message.len() > bytes_max {
        return Err(Refusal::TooLarge { bytes_max });
    }
    Ok(message)
}

fn broken(name: &str, error: &std::io::Error) -> Refusal {
    Refusal::Invalid(format!("the {name} body does not decompress: {error}"))
}
