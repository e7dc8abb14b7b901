//! Walks JSON and the schema together and writes protobuf; see the table in the parent module for what it tolerates.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::{self, Boolean, Double, EnumNumber, Integer, unexpected};
use super::schema::{ANY_VALUE, Field, Kind, Message};
use super::write::Writer;

/// What the result may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonLimits {
    /// Bytes of protobuf.
    pub(crate) bytes_max: usize,
    /// Levels of values within values; readers recurse once a level.
    pub(crate) depth_max: u32,
}

/// The state of one translation.
pub(super) struct Transcoder {
    out: Writer,
    limits: JsonLimits,
    fault: Option<Fault>,
}

/// What went wrong first, where the JSON reader's own error does not say it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    TooDeep,
    TooLarge,
    Field { message: &'static str, field: &'static str, expected: &'static str },
}

impl Transcoder {
    pub(super) fn new(json_bytes: usize, limits: JsonLimits) -> Self {
        // typical messages shrink to half of their JSON
        let capacity = (json_bytes / 2).min(limits.bytes_max);
        Self { out: Writer::with_capacity(capacity), limits, fault: None }
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    /// Notes `fault` unless an inner one was noted before it.
    fn fail<E: Error>(&mut self, fault: Fault) -> E {
        self.fault.get_or_insert(fault);
        unexpected()
    }

    fn check_size<E: Error>(&mut self) -> Result<(), E> {
        if self.out.len() > self.limits.bytes_max { Err(self.fail(Fault::TooLarge)) } else { Ok(()) }
    }

    /// Appends the number in `deserializer` without a tag.
    fn number<'de, D: Deserializer<'de>>(&mut self, kind: Kind, deserializer: D) -> Result<(), D::Error> {
        match kind {
            Kind::Bool => self.out.varint(u64::from(deserializer.deserialize_any(Boolean)?)),
            Kind::Double => self.out.fixed64(deserializer.deserialize_any(Double)?.to_bits()),
            Kind::Enum(names) => self.integer(kind, deserializer.deserialize_any(EnumNumber(names))?),
            _ => self.integer(kind, deserializer.deserialize_any(Integer)?),
        }
        Ok(())
    }

    /// Appends `value`, clamped to what `kind` can hold.
    fn integer(&mut self, kind: Kind, value: i128) {
        let signed = |min: i64, max: i64| value.clamp(i128::from(min), i128::from(max)) as i64;
        let unsigned = |max: u64| value.clamp(0, i128::from(max)) as u64;
        match kind {
            Kind::Int32 | Kind::Enum(_) => self.out.varint(signed(i32::MIN.into(), i32::MAX.into()) as u64),
            Kind::Int64 => self.out.varint(signed(i64::MIN, i64::MAX) as u64),
            Kind::Sint32 => {
                let value = signed(i32::MIN.into(), i32::MAX.into()) as i32;
                self.out.varint(u64::from((value << 1 ^ value >> 31) as u32));
            }
            Kind::Uint32 => self.out.varint(unsigned(u32::MAX.into())),
            Kind::Fixed32 => self.out.fixed32(unsigned(u32::MAX.into()) as u32),
            Kind::Fixed64 => self.out.fixed64(unsigned(u64::MAX)),
            Kind::Sfixed64 => self.out.fixed64(signed(i64::MIN, i64::MAX) as u64),
            _ => self.out.varint(unsigned(u64::MAX)),
        }
    }

    fn number_tag(&mut self, kind: Kind, number: u32) {
        match kind {
            Kind::Fixed64 | Kind::Sfixed64 | Kind::Double => self.out.fixed64_tag(number),
            Kind::Fixed32 => self.out.fixed32_tag(number),
            _ => self.out.varint_tag(number),
        }
    }
}

/// Reads one JSON object as the fields of `message`.
pub(super) struct MessageReader<'a> {
    pub(super) message: &'static Message,
    /// Values around this one.
    pub(super) depth: u32,
    pub(super) to: &'a mut Transcoder,
}

impl<'de> DeserializeSeed<'de> for MessageReader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MessageReader<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { message, depth, to } = self;
        while let Some(known) = map.next_key_seed(KeyReader(message))? {
            match known {
                Some(field) => map.next_value_seed(FieldReader { message, field, depth, to: &mut *to })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Reads a member's name.
struct KeyReader(&'static Message);

impl<'de> DeserializeSeed<'de> for KeyReader {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for KeyReader {
    type Value = Option<&'static Field>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member name")
    }

    fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<Self::Value, E> {
        Ok(self.0.field(key))
    }
}

/// Reads the value of one member, which may be `null`.
struct FieldReader<'a> {
    message: &'static Message,
    field: &'static Field,
    depth: u32,
    to: &'a mut Transcoder,
}

impl<'de> DeserializeSeed<'de> for FieldReader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { message, field, depth, to } = self;
        let element = Element { field, depth, to: &mut *to };
        let read = if field.is_list {
            deserializer.deserialize_option(ListReader(element))
        } else {
            deserializer.deserialize_option(element)
        };
        read.inspect_err(|_| {
            let expected = field.kind.expected(field.is_list);
            to.fault.get_or_insert(Fault::Field { message: message.name, field: field.name, expected });
        })?;
        to.check_size()
    }
}

/// Reads a JSON array as a repeated field.
struct ListReader<'a>(Element<'a>);

impl<'de> Visitor<'de> for ListReader<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Element { field, depth, to } = self.0;
        match field.kind {
            Kind::Text | Kind::Bytes | Kind::Id(_) | Kind::Message(_) | Kind::AnyValue => {
                while elements.next_element_seed(Listed(Element { field, depth, to: &mut *to }))?.is_some() {
                    to.check_size()?;
                }
            }
            kind => {
                let packed = to.out.begin(field.number);
                while elements.next_element_seed(Packed { kind, to: &mut *to })?.is_some() {
                    to.check_size()?;
                }
                to.out.end(packed);
            }
        }
        Ok(())
    }
}

/// Reads an element of a repeated field; `null` is an empty one, so that those behind it keep their places.
struct Listed<'a>(Element<'a>);

impl<'de> DeserializeSeed<'de> for Listed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Listed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.0.to.out.bytes(self.0.field.number, b"");
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.visit_some(deserializer)
    }
}

/// Reads a number of a packed list.
struct Packed<'a> {
    kind: Kind,
    to: &'a mut Transcoder,
}

impl<'de> DeserializeSeed<'de> for Packed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.to.number(self.kind, deserializer)
    }
}

/// Reads one value of a field and writes it with its tag; nothing for `null`.
struct Element<'a> {
    field: &'static Field,
    depth: u32,
    to: &'a mut Transcoder,
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.field.kind.expected(false))
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { field, depth, to } = self;
        let (message, depth) = match field.kind {
            Kind::Text | Kind::Bytes | Kind::Id(_) => {
                return deserializer.deserialize_bytes(TextReader { field, out: &mut to.out });
            }
            Kind::AnyValue if depth >= to.limits.depth_max => return Err(to.fail(Fault::TooDeep)),
            Kind::AnyValue => (&ANY_VALUE, depth + 1),
            Kind::Message(message) => (message, depth),
            kind => {
                to.number_tag(kind, field.number);
                return to.number(kind, deserializer);
            }
        };
        let begun = to.out.begin(field.number);
        MessageReader { message, depth, to: &mut *to }.deserialize(deserializer)?;
        to.out.end(begun);
        Ok(())
    }
}

/// Reads a JSON string as text, base64 or an id. Asked for bytes, the JSON reader lets texts pass that are no UTF-8.
struct TextReader<'a> {
    field: &'static Field,
    out: &'a mut Writer,
}

impl Visitor<'_> for TextReader<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.field.kind.expected(false))
    }

    fn visit_bytes<E: Error>(self, text: &[u8]) -> Result<(), E> {
        let number = self.field.number;
        match self.field.kind {
            Kind::Bytes => self.out.bytes(number, &scalar::base64(text).ok_or_else(unexpected)?),
            Kind::Id(length) => self.out.bytes(number, &scalar::id(text, length)),
            _ => self.out.bytes(number, text),
        }
        Ok(())
    }
}
