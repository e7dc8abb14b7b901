//! Spans of a page as one OTLP export request, those of one service together.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use prost::Message as _;

use super::ORIGIN_ATTRIBUTE;
use super::attributes::text;
use super::row::Read;

/// The serialised request, in the order of the rows.
pub(super) fn message(spans: Vec<Read>) -> Vec<u8> {
    let mut resource_spans: Vec<ResourceSpans> = Vec::new();
    let mut service = None;
    for Read { service: own, span, .. } in spans {
        if resource_spans.is_empty() || service != own {
            resource_spans.push(of_service(own.as_deref()));
            service = own;
        }
        let last = resource_spans.last_mut().and_then(|resource| resource.scope_spans.last_mut());
        if let Some(scope) = last {
            scope.spans.push(span);
        }
    }
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

fn of_service(service: Option<&str>) -> ResourceSpans {
    let (key, value) = ORIGIN_ATTRIBUTE;
    let named = service.map(|name| text("service.name", name));
    let attributes = named.into_iter().chain([text(key, value)]).collect();
    ResourceSpans {
        resource: Some(Resource { attributes, ..Default::default() }),
        scope_spans: vec![ScopeSpans::default()],
        ..Default::default()
    }
}
