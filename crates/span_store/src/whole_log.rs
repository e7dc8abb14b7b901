//! A whole log record: everything OTLP carried, as the archive stores it and the API shows it.

use junjo_span_model::{
    Fidelity, LogOrigin, LogRecord, attributes_json, promote_log, resource_json, scope_json, value_json,
};

use crate::budget::Held;
use crate::log_row::LogRow;
use crate::whole_span::Receipt;

/// One log record with its payload as JSON text. Where JSON would lose something of what was sent, `otlp` holds the
/// exact `LogRecord` message.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeLog {
    /// The promoted fields and the place.
    pub row: LogRow,
    /// Server clock at receipt, unix nanoseconds.
    pub received_unix_nano: i64,
    /// The API key that sent it.
    pub key_id: String,
    /// When it happened, as sent; 0 when the client did not say.
    pub time_unix_nano: u64,
    /// When it was observed, as sent; 0 when the client did not say.
    pub observed_time_unix_nano: u64,
    /// OTLP severity number as sent.
    pub severity_number: i32,
    /// The source's own word for the severity.
    pub severity_text: String,
    /// Trace flags.
    pub flags: u32,
    /// Attributes that the client dropped.
    pub dropped_attributes_count: u32,
    /// `{"attributes", "dropped_attributes_count", "schema_url"}`
    pub resource: String,
    /// `{"name", "version", "attributes", "dropped_attributes_count", "schema_url"}`
    pub scope: String,
    /// `{key: value}`
    pub attributes: String,
    /// Any JSON value; `null` when there is none.
    pub body: String,
    /// The exact message, only where the columns lose something.
    pub otlp: Option<Vec<u8>>,
}

impl Held for WholeLog {
    fn held_bytes(&self) -> usize {
        let own = size_of::<Self>() - size_of::<LogRow>() + self.otlp.as_ref().map_or(0, Vec::len);
        own + self.row.held_bytes() + self.key_id.len() + self.severity_text.len() + self.text_bytes()
    }
}

impl WholeLog {
    /// Derives and serialises `record`.
    pub(crate) fn new(
        receipt: Receipt<'_>,
        origin: &LogOrigin<'_, '_>,
        record: &LogRecord<'_>,
        fingerprint: Option<u64>,
    ) -> Self {
        let mut exact = !record.had_odd_ids && !record.had_invalid_utf8;
        let mut json = |write: &dyn Fn(&mut String) -> Fidelity| {
            let mut text = String::new();
            exact &= write(&mut text) == Fidelity::Exact;
            text
        };
        let resource = json(&|out| resource_json(origin.resource, out));
        let scope = json(&|out| scope_json(origin.scope, out));
        let attributes = json(&|out| attributes_json(&record.attributes, out));
        let body = json(&|out| value_json(&record.body, out));
        let promoted = promote_log(origin.resource, record);
        Self {
            row: LogRow::new(receipt.origin, receipt.received_unix_nano, record, promoted, fingerprint),
            received_unix_nano: receipt.received_unix_nano,
            key_id: receipt.key_id.to_owned(),
            time_unix_nano: record.time_unix_nano,
            observed_time_unix_nano: record.observed_time_unix_nano,
            severity_number: record.severity_number,
            severity_text: record.severity_text.clone().into_owned(),
            flags: record.flags,
            dropped_attributes_count: record.dropped_attributes_count,
            resource,
            scope,
            attributes,
            body,
            otlp: (!exact).then(|| record.raw.to_vec()),
        }
    }

    /// Bytes of text that the record takes in memory and in a response, roughly.
    pub fn text_bytes(&self) -> usize {
        self.resource.len() + self.scope.len() + self.attributes.len() + self.body.len()
    }
}
