//! Walking embedded messages, from outside to inside, and why such a walk ends. It knows no field of OTLP.

use std::ops::ControlFlow;

use super::scan::{DEPTH_CEILING, VALUES_PER_ITEM_MAX};
use super::wire::{Field, Payload, Reader, WireError};

/// Why a message that was never scanned cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are no protobuf.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A field that OTLP defines has the type of another one.
    #[error("field {field} of {message} has the wrong wire type")]
    FieldType {
        /// The OTLP message.
        message: &'static str,
        /// The field's number in it.
        field: u32,
    },
    /// Values nest deeper than [`DEPTH_CEILING`].
    #[error("values nest deeper than {DEPTH_CEILING} levels")]
    TooDeep,
    /// One resource, scope, span or log record holds more than [`VALUES_PER_ITEM_MAX`] values.
    #[error("more than {VALUES_PER_ITEM_MAX} values in one resource, scope, span or log record")]
    TooManyValues,
}

/// Why a walk over a message ends early.
pub(super) enum Halt {
    /// It cannot go on.
    Error(DecodeError),
    /// Its caller has seen enough.
    Enough,
}

impl From<DecodeError> for Halt {
    fn from(error: DecodeError) -> Self {
        Self::Error(error)
    }
}

impl Halt {
    /// What a visit says about the rest.
    pub(super) fn on(flow: ControlFlow<()>) -> Result<(), Self> {
        if flow.is_break() { Err(Self::Enough) } else { Ok(()) }
    }

    /// A walk whose caller has seen enough is done.
    pub(super) fn or_done(walked: Result<(), Self>) -> Result<(), DecodeError> {
        walked.or_else(|halt| match halt {
            Self::Enough => Ok(()),
            Self::Error(error) => Err(error),
        })
    }
}

/// Calls `visit` for every embedded message in field `number`.
pub(super) fn each<'a, E: From<DecodeError>>(
    message: &'a [u8],
    name: &'static str,
    number: u32,
    visit: &mut dyn FnMut(&'a [u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = Reader::new(message);
    while let Some(field) = reader.next().map_err(DecodeError::from)? {
        if field.number == number {
            visit(bytes_of(name, &field)?)?;
        }
    }
    Ok(())
}

pub(super) fn bytes_of<'a>(message: &'static str, field: &Field<'a>) -> Result<&'a [u8], DecodeError> {
    if let Payload::Bytes(bytes) = field.payload { Ok(bytes) } else { Err(wrong_type(message, field)) }
}

pub(super) fn wrong_type(message: &'static str, field: &Field<'_>) -> DecodeError {
    DecodeError::FieldType { message, field: field.number }
}
