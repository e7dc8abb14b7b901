//! Asks the Go server and this one the same, and names what differs: every route of the Go server's API. A client of both; it changes
//! nothing on either, apart from a session for itself.

mod answer;
mod calls;
mod differences;
mod documented;
mod login;
mod report;
mod server;

use std::collections::BTreeSet;

use serde_json::Value;

pub use answer::Answer;
pub use differences::{Found, differences};
pub use documented::{Documented, Where, table};
pub use login::Login;
pub use report::{Difference, Report};
pub use server::CompareError;

use calls::{Call, after_sign_in, of_services, of_spans, of_traces, without_session};
use server::Server;

/// Services, traces and spans that are looked into; lists are compared whole.
const SAMPLES: usize = 20;

/// Compares the servers at two addresses, like `http://localhost:1323`. Without a login only what needs none is asked.
///
/// # Errors
/// [`CompareError`] when a server does not answer, or the login is refused by one of them.
pub async fn compare(
    go: &str,
    ours: &str,
    login: Option<&Login>,
    documented: &Documented,
) -> Result<Report, CompareError> {
    let mut both =
        Both { go: Server::new(go)?, ours: Server::new(ours)?, report: Report::default(), documented };
    for call in without_session() {
        both.ask(&call).await?;
    }
    let Some(login) = login else { return Ok(both.report) };
    both.sign_in(login).await?;
    for call in after_sign_in() {
        both.ask(&call).await?;
    }
    let services = texts(both.ask(&calls::services()).await?);
    let mut ids: BTreeSet<(String, String)> = BTreeSet::new();
    for service in services.iter().take(SAMPLES) {
        for call in of_services(service) {
            ids.extend(span_ids(&both.ask(&call).await?));
        }
    }
    let traces: BTreeSet<&String> = ids.iter().map(|(trace_id, _)| trace_id).collect();
    for trace_id in traces.into_iter().take(SAMPLES) {
        both.ask(&of_traces(trace_id)).await?;
    }
    for (trace_id, span_id) in ids.iter().take(SAMPLES) {
        both.ask(&of_spans(trace_id, span_id)).await?;
    }
    both.ask(&calls::sign_out()).await?;
    Ok(both.report)
}

struct Both<'a> {
    go: Server,
    ours: Server,
    report: Report,
    documented: &'a Documented,
}

impl Both<'_> {
    /// Asks both, notes what differs, and gives the Go server's body.
    async fn ask(&mut self, call: &Call) -> Result<Value, CompareError> {
        let go = self.go.ask(call).await?;
        let ours = self.ours.ask(call).await?;
        self.report.note(call, differences(&go, &ours), self.documented);
        Ok(go.body)
    }

    async fn sign_in(&mut self, login: &Login) -> Result<(), CompareError> {
        let call = calls::sign_in(login);
        let go = self.go.ask(&call).await?;
        let ours = self.ours.ask(&call).await?;
        for (answer, server) in [(&go, &self.go), (&ours, &self.ours)] {
            if answer.status != 200 {
                return Err(CompareError::Login { url: server.url(), status: answer.status });
            }
        }
        self.report.note(&call, differences(&go, &ours), self.documented);
        Ok(())
    }
}

fn texts(list: Value) -> Vec<String> {
    let Value::Array(list) = list else { return Vec::new() };
    list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn span_ids(list: &Value) -> Vec<(String, String)> {
    let id = |span: &Value, name: &str| span[name].as_str().map(str::to_owned);
    let spans = list.as_array().map(Vec::as_slice).unwrap_or_default();
    spans.iter().filter_map(|span| Some((id(span, "trace_id")?, id(span, "span_id")?))).collect()
}
