//! Sizes in settings, as people write them. It must not know which setting it reads.

use bytesize::ByteSize;

/// The bytes that `512M`, `4G`, `1.5 GiB` or `1048576` mean. All units are powers of 1024, with and without `B` or `iB`, as
/// the ingestion service reads them.
///
/// # Errors
/// A sentence, for what is no size or does not fit into 64 bits.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(char::is_alphabetic).unwrap_or(text.len()));
    let prefix = unit.strip_suffix(['b', 'B']).unwrap_or(unit);
    let prefix = prefix.strip_suffix(['i', 'I']).unwrap_or(prefix);
    // bytesize reads `K` as 1000 and `KiB` as 1024
    let unit = if prefix.is_empty() { unit.to_owned() } else { format!("{prefix}iB") };
    let is_plain = unit.is_empty();
    match format!("{number}{unit}").parse() {
        Ok(ByteSize(u64::MAX)) if !is_plain => Err(format!("{text:?} is too large")),
        Ok(ByteSize(bytes)) => Ok(bytes),
        Err(_) => Err(format!("{text:?} is not a size like 512M or 4G")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: sizes as people write them, and what is none. Guarantee: powers of 1024 whatever the unit is called, or a
    /// sentence.
    #[test]
    fn parse_bytes_reads_units() {
        for (text, bytes) in [
            ("10", 10),
            ("0", 0),
            ("10b", 10),
            ("64k", 64 << 10),
            ("512m", 512 << 20),
            ("512MB", 512 << 20),
            ("512 MiB", 512 << 20),
            (" 4G ", 4 << 30),
            ("8GiB", 8 << 30),
            ("1.5G", 3 << 29),
            ("2T", 2 << 40),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for bad in ["", "G", "lots", "-1", "1.2.3M", "4X", "10i", "10iB", "1e3", "99999999999G", "４G"] {
            assert!(parse_bytes(bad).is_err(), "{bad}");
        }
    }
}
