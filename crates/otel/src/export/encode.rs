//! Rows in the form that was asked for, appended to a buffer.

use junjo_span_store::{ParquetExport, StoreError, TraceRow, WholeSpan};

use super::format::Format;
use super::{csv, ndjson};

/// Encodes one export.
pub(super) enum Encoder {
    Csv,
    Json,
    Parquet(Box<ParquetExport>),
}

impl Encoder {
    pub(super) fn of_spans(format: Format, out: &mut Vec<u8>) -> Result<Self, StoreError> {
        Ok(match format {
            Format::Csv => {
                csv::span_header(out);
                Self::Csv
            }
            Format::Json => Self::Json,
            Format::Parquet => Self::Parquet(Box::new(ParquetExport::of_spans()?)),
        })
    }

    pub(super) fn of_traces(format: Format, out: &mut Vec<u8>) -> Result<Self, StoreError> {
        Ok(match format {
            Format::Csv => {
                csv::trace_header(out);
                Self::Csv
            }
            Format::Json => Self::Json,
            Format::Parquet => Self::Parquet(Box::new(ParquetExport::of_traces()?)),
        })
    }

    pub(super) fn spans(&mut self, spans: &[WholeSpan], out: &mut Vec<u8>) -> Result<(), StoreError> {
        match self {
            Self::Csv => spans.iter().for_each(|span| csv::span(span, out)),
            Self::Json => spans.iter().for_each(|span| ndjson::span(span, out)),
            Self::Parquet(file) => out.extend(file.push_spans(spans)?),
        }
        Ok(())
    }

    pub(super) fn traces(&mut self, traces: &[TraceRow], out: &mut Vec<u8>) -> Result<(), StoreError> {
        match self {
            Self::Csv => traces.iter().for_each(|trace| csv::trace(trace, out)),
            Self::Json => traces.iter().for_each(|trace| ndjson::trace(trace, out)),
            Self::Parquet(file) => out.extend(file.push_traces(traces)?),
        }
        Ok(())
    }

    pub(super) fn finish(self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        if let Self::Parquet(file) = self {
            out.extend(file.finish()?);
        }
        Ok(())
    }
}
