//! A Junjo workflow that fails: the payment provider times out inside a node, the exception reaches the workflow.

use opentelemetry_proto::tonic::logs::v1::SeverityNumber;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rand::rngs::StdRng;
use serde_json::json;

use super::services::FLOWS;
use crate::attribute::attribute;
use crate::junjo::{GraphDefinition, NodeDefinition, WorkflowRun};
use crate::trace::{Failure, Trace};

const TIMEOUT: Failure = Failure {
    error_type: "ProviderTimeout",
    message: "payment provider returned 504 after 30s",
    stacktrace: "Traceback (most recent call last):\n  File \"/app/payments.py\", line 88, in charge\n    \
                 response = await client.post(\"/v1/charges\", json=body, timeout=30)\n  \
                 File \"/app/http.py\", line 41, in post\n    raise ProviderTimeout(\"payment provider returned 504 \
                 after 30s\")\nProviderTimeout: payment provider returned 504 after 30s\n",
};

pub(super) fn build(rng: &mut StdRng) -> Vec<Trace> {
    let mut trace = Trace::new(rng);
    let state = json!({
        "order_id": "ord_1001", "items": [], "total_usd": null, "attempts": 0, "notes": [], "status": "new",
    });
    let mut flow = WorkflowRun::start(
        &mut trace,
        (FLOWS.service, None),
        "Order Intake Workflow",
        &graph(),
        ("OrderStore", state),
    );
    load_items(&mut trace, &mut flow);
    charge_payment(&mut trace, &mut flow);
    flow.fail(&mut trace, TIMEOUT);
    vec![trace]
}

fn graph() -> GraphDefinition {
    use NodeDefinition::Node;
    GraphDefinition {
        nodes: vec![
            Node("LoadItemsNode"),
            Node("ShipNode"),
            Node("PriceNode"),
            Node("ChargePaymentNode"),
            Node("ManualReviewNode"),
        ],
        edges: vec![
            ("LoadItemsNode", "PriceNode", None),
            ("PriceNode", "ManualReviewNode", Some("total > 1000")),
            ("PriceNode", "ChargePaymentNode", None),
            ("ManualReviewNode", "ChargePaymentNode", None),
            ("ChargePaymentNode", "ShipNode", None),
        ],
    }
}

fn load_items(trace: &mut Trace, flow: &mut WorkflowRun) {
    let load = flow.enter(trace, "LoadItemsNode");
    trace.pass(18);
    for item in [
        json!({"sku": "A-1", "qty": 2, "price_usd": 9.5}),
        json!({"sku": "B-7", "qty": 1, "price_usd": 120.0}),
    ] {
        flow.store.append(trace, load.span, ("add_item", "items"), &item);
    }
    trace.close(load.span);

    let price = flow.enter(trace, "PriceNode");
    trace.pass(7);
    flow.store.replace(trace, price.span, ("set_total", "total_usd"), &json!(139.0));
    trace.close(price.span);
}

fn charge_payment(trace: &mut Trace, flow: &mut WorkflowRun) {
    let charge = flow.enter(trace, "ChargePaymentNode");
    flow.store.replace(trace, charge.span, ("count_attempt", "attempts"), &json!(1));
    flow.store.append(trace, charge.span, ("append_note", "notes"), &json!("charging 139.00 USD"));
    let request = trace.open(FLOWS, Some(charge.span), "POST /v1/charges", SpanKind::Client);
    trace.set(request, "http.request.method", "POST");
    trace.set(request, "server.address", "payments.example");
    trace.log(
        charge.span,
        SeverityNumber::Info,
        "charging order ord_1001",
        vec![attribute("order.id", "ord_1001")],
    );
    trace.pass(10_000);
    let waiting = vec![attribute("server.address", "payments.example")];
    trace.log(request, SeverityNumber::Warn, "the payment provider has not answered for 10 s", waiting);
    trace.pass(20_000);
    trace.set(request, "http.response.status_code", 504_i64);
    trace.fail(request, TIMEOUT);
    trace.close(request);
    let exception = vec![
        attribute("order.id", "ord_1001"),
        attribute("exception.type", TIMEOUT.error_type),
        attribute("exception.message", TIMEOUT.message),
        attribute("exception.stacktrace", TIMEOUT.stacktrace),
    ];
    trace.log(charge.span, SeverityNumber::Error, "order ord_1001 was not charged", exception);
    trace.fail(charge.span, TIMEOUT);
    trace.close(charge.span);
}
