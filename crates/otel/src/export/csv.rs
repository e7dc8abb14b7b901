//! Comma-separated values (RFC 4180) with a header line.
//!
//! Quoted here and not by the `csv` crate: that decides on quotes for a whole file, and here an empty text has quotes while no
//! text has none, and what looks like a formula always has them.

use std::fmt::Display;

use junjo_span_store::{ExportedField, FieldValue, KINDS, TraceRow, WholeSpan};
use junjo_web::clock::rfc3339_nanos;

/// Columns of a span in front of those of the promoted fields, and behind them.
const SPAN_HEAD: &str = "trace_id,span_id,parent_span_id,name,kind,service,start_time,start_time_unix_nano,\
    duration_ns,status,status_message,";
const SPAN_TAIL: &str = "attributes,events,links,resource,scope\r\n";
const TRACE_COLUMNS: &str = "trace_id,root_name,root_missing,root_role,service,services,status,start_time,\
    start_time_unix_nano,duration_ns,span_count,error_count,llm_call_count,workflow_count,models,input_tokens,\
    output_tokens,cached_input_tokens,cost_usd,unpriced_calls,session_id,user_id\r\n";

pub(super) fn span_header(out: &mut Vec<u8>) {
    out.extend_from_slice(SPAN_HEAD.as_bytes());
    for field in ExportedField::of_csv() {
        out.extend_from_slice(field.name.as_bytes());
        out.push(b',');
    }
    out.extend_from_slice(SPAN_TAIL.as_bytes());
}

pub(super) fn trace_header(out: &mut Vec<u8>) {
    out.extend_from_slice(TRACE_COLUMNS.as_bytes());
}

/// Appends a span.
pub(super) fn span(span: &WholeSpan, out: &mut Vec<u8>) {
    let row = &span.row;
    let mut line = Line(out);
    line.plain(row.trace_id);
    line.plain(row.span_id);
    line.option(row.parent_span_id);
    line.text(Some(&row.name));
    line.text(KINDS.get(usize::from(row.kind)).copied());
    line.text(Some(&row.service));
    line.plain(rfc3339_nanos(row.start_unix_nano));
    line.plain(row.start_unix_nano);
    line.plain(row.duration_nanos);
    line.text(Some(row.status.as_str()));
    line.text(Some(&span.status_message));
    for field in ExportedField::of_csv() {
        line.value(field.value(row));
    }
    for text in [&span.attributes, &span.events, &span.links, &span.resource, &span.scope] {
        line.text(Some(text));
    }
    line.end();
}

/// Appends a trace.
pub(super) fn trace(trace: &TraceRow, out: &mut Vec<u8>) {
    let mut line = Line(out);
    line.plain(trace.trace_id);
    line.text(Some(&trace.root_name));
    line.plain(trace.root_missing);
    line.text(trace.root_role.map(junjo_span_model::Role::as_str));
    line.text(Some(&trace.service));
    line.text(Some(&trace.services.join(" ")));
    line.text(Some(trace.status.as_str()));
    line.plain(rfc3339_nanos(trace.start_unix_nano));
    line.plain(trace.start_unix_nano);
    line.plain(trace.duration_nanos);
    for count in [trace.span_count, trace.error_count, trace.llm_call_count, trace.workflow_count] {
        line.plain(count);
    }
    line.text(Some(&trace.models.join(" ")));
    for number in [trace.input_tokens, trace.output_tokens, trace.cached_input_tokens] {
        line.option(number);
    }
    line.option(trace.cost_usd);
    line.plain(trace.unpriced_calls);
    line.text(trace.session_id.as_deref());
    line.text(trace.user_id.as_deref());
    line.end();
}

/// One line; each value is followed by a comma, of which the last becomes the line's end.
struct Line<'o>(&'o mut Vec<u8>);

impl Line<'_> {
    /// A value that needs no quotes.
    fn plain(&mut self, value: impl Display) {
        self.0.extend_from_slice(value.to_string().as_bytes());
        self.0.push(b',');
    }

    fn option(&mut self, value: Option<impl Display>) {
        match value {
            Some(value) => self.plain(value),
            None => self.0.push(b','),
        }
    }

    fn value(&mut self, value: FieldValue<'_>) {
        match value {
            FieldValue::Null => self.text(None),
            FieldValue::Text(text) => self.text(Some(text)),
            FieldValue::Int(number) => self.plain(number),
            FieldValue::Float(number) => self.plain(number),
            FieldValue::Bool(value) => self.plain(value),
        }
    }

    /// Nothing for no text, quotes where the text needs them.
    fn text(&mut self, value: Option<&str>) {
        if let Some(text) = value {
            // spreadsheets run what starts like a formula
            let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
            if is_formula || text.is_empty() || text.contains([',', '"', '\r', '\n']) {
                self.0.push(b'"');
                self.0.extend_from_slice(if is_formula { b"'" } else { b"" });
                self.0.extend_from_slice(text.replace('"', "\"\"").as_bytes());
                self.0.push(b'"');
            } else {
                self.0.extend_from_slice(text.as_bytes());
            }
        }
        self.0.push(b',');
    }

    fn end(self) {
        self.0.pop();
        self.0.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: texts with separators, quotes, line breaks and formulas, an empty one and none. Guarantee: quoted as
    /// RFC 4180 wants it, formulas disarmed, and an empty text is not the same as none.
    #[test]
    fn text_is_quoted_where_needed() {
        let mut out = Vec::new();
        let mut line = Line(&mut out);
        for text in [Some("plain"), Some("a,b"), Some("say \"hi\"\n"), Some("=1+1"), Some(""), None] {
            line.text(text);
        }
        line.end();
        let expected = "plain,\"a,b\",\"say \"\"hi\"\"\n\",\"'=1+1\",\"\",\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    /// Scenario: the header lines. Guarantee: the names and the order that readers of earlier exports rely on; new promoted
    /// fields come behind the old ones.
    #[test]
    fn header_names_every_column() {
        let mut header = Vec::new();
        span_header(&mut header);
        assert_eq!(
            String::from_utf8(header).unwrap(),
            "trace_id,span_id,parent_span_id,name,kind,service,start_time,start_time_unix_nano,duration_ns,status,\
             status_message,role,span_type,provider,model,input_tokens,output_tokens,cached_input_tokens,\
             reasoning_tokens,cost_usd,session_id,user_id,error_type,agent_name,tool_name,project,service_namespace,\
             service_version,attributes,events,\
             links,resource,scope\r\n"
        );
        assert_eq!(TRACE_COLUMNS.split(',').count(), 22);
    }
}
