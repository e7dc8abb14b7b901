//! Protobuf's wire format, written front to back; nothing of OTLP.

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH_DELIMITED: u32 = 2;
const FIXED32: u32 = 5;

/// Bytes of a protobuf message in the making.
#[derive(Debug, Default)]
pub(super) struct Writer {
    out: Vec<u8>,
}

/// Where an embedded message or a packed list begins.
#[must_use = "what is begun must be ended"]
pub(super) struct Begun(usize);

impl Writer {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes) }
    }

    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    pub(super) fn varint_tag(&mut self, number: u32) {
        self.tag(number, VARINT);
    }

    pub(super) fn fixed64_tag(&mut self, number: u32) {
        self.tag(number, FIXED64);
    }

    pub(super) fn fixed32_tag(&mut self, number: u32) {
        self.tag(number, FIXED32);
    }

    pub(super) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    pub(super) fn fixed64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn fixed32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, number: u32, bytes: &[u8]) {
        self.tag(number, LENGTH_DELIMITED);
        self.varint(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    /// Starts field `number`, whose length is known at [`Writer::end`] only: one byte is set aside for it.
    pub(super) fn begin(&mut self, number: u32) -> Begun {
        self.tag(number, LENGTH_DELIMITED);
        self.out.push(0);
        Begun(self.out.len())
    }

    /// Fills in the length; a long content moves up by the bytes that its length needs more.
    pub(super) fn end(&mut self, Begun(start): Begun) {
        let content = self.out.len() - start;
        let mut length = Self::default();
        length.varint(content as u64);
        let length = length.out;
        let shift = length.len() - 1;
        if shift > 0 {
            self.out.resize(self.out.len() + shift, 0);
            self.out.copy_within(start..start + content, start + shift);
        }
        self.out[start - 1..start + shift].copy_from_slice(&length);
    }

    fn tag(&mut self, number: u32, wire_type: u32) {
        self.varint(u64::from(number << 3 | wire_type));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: contents around the lengths at which a varint grows. Guarantee: length and content are right.
    #[test]
    fn end_fills_in_lengths_of_any_size() {
        for size in [0, 1, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152] {
            let mut writer = Writer::default();
            let begun = writer.begin(1);
            writer.out.extend((0..size).map(|at: usize| at as u8));
            writer.end(begun);
            let mut expected = Writer::default();
            expected.bytes(1, &(0..size).map(|at: usize| at as u8).collect::<Vec<_>>());
            assert_eq!(writer.out, expected.out, "{size}");
        }
    }
}
