//! The comparison: every span of the ledger against what the API lists, counts and shows.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;

use crate::api::Api;
use crate::ledger::{Fate, Ledger, SERVICE};

/// Longest wait until everything acknowledged is indexed.
const DRAIN_LIMIT: Duration = Duration::from_mins(3);
/// Between two looks at the status.
const POLL: Duration = Duration::from_millis(50);
/// Every so many traces, whole spans are compared too.
const CONTENT_EVERY: u64 = 8;
/// Findings that are described in words.
const WORDS_MAX: usize = 20;

/// What a comparison found.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Findings {
    /// Spans that were looked for, one by one.
    pub(crate) compared_spans: u64,
    /// Spans whose content was compared.
    pub(crate) compared_contents: u64,
    /// Acknowledged and not there.
    pub(crate) lost: u64,
    /// There more than once, or counted more than once.
    pub(crate) doubled: u64,
    /// There with another content, or never sent.
    pub(crate) wrong: u64,
    /// There, though it was deleted.
    pub(crate) undeleted: u64,
    /// Without an acknowledgement, and there: killed between commit and answer.
    pub(crate) stored_unanswered: u64,
    /// The first findings in words.
    pub(crate) words: Vec<String>,
}

impl Findings {
    pub(crate) fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.wrong + self.undeleted == 0
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.compared_spans += other.compared_spans;
        self.compared_contents += other.compared_contents;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.wrong += other.wrong;
        self.undeleted += other.undeleted;
        self.stored_unanswered += other.stored_unanswered;
        self.words.extend(other.words);
    }

    pub(crate) fn say(&mut self, words: impl FnOnce() -> String) {
        if self.words.len() < WORDS_MAX {
            self.words.push(words());
        }
    }
}

/// Waits until all that is in the log is in the index, and in split mode until the remote has nothing left.
pub(crate) async fn drained(api: &Api) -> anyhow::Result<Value> {
    let since = Instant::now();
    loop {
        let status = api.get("/otel/status").await?;
        let sources = status["sources"].as_array().map_or(&[][..], Vec::as_slice);
        let is_pulled =
            sources.iter().all(|source| source["connected"] == true && source["waiting_batches"] == 0);
        if status["index"] == "ok" && status["accepted_spans"] == status["indexed_spans"] && is_pulled {
            return Ok(status);
        }
        if since.elapsed() > DRAIN_LIMIT {
            bail!("not everything was indexed after {DRAIN_LIMIT:?}: {status}");
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Compares all traces, or those touched since the last time. Nothing may be sent meanwhile.
pub(crate) async fn compare(api: &Api, ledger: &Arc<Mutex<Ledger>>, all: bool) -> anyhow::Result<Findings> {
    let status = drained(api).await?;
    let mut findings = Findings::default();
    let traces = ledger.lock().take_traces(all);
    for trace in traces {
        compare_trace(api, ledger, trace, &mut findings).await?;
    }
    if all {
        compare_totals(api, &status, false, &mut findings).await?;
    }
    Ok(findings)
}

/// One trace, span by span.
pub(crate) async fn compare_trace(
    api: &Api,
    ledger: &Arc<Mutex<Ledger>>,
    trace: u64,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let (id, fates) = {
        let ledger = ledger.lock();
        (ledger.trace_id(trace), ledger.fates(trace).to_vec())
    };
    if ledger.lock().is_deleted(trace) {
        return compare_deleted(api, &id, findings).await;
    }
    let with_content = trace.is_multiple_of(CONTENT_EVERY);
    let include = if with_content { "?include=payload" } else { "" };
    let detail = api.find(&format!("/otel/trace/{id}{include}")).await?.unwrap_or_default();
    let mut found = HashSet::new();
    let spans = detail["spans"].as_array().map_or(&[][..], Vec::as_slice);
    for span in spans {
        let number = span["span_id"].as_str().and_then(|id| u64::from_str_radix(id, 16).ok()).unwrap_or(0);
        if !found.insert(number) {
            findings.doubled += 1;
            findings.say(|| format!("span {number} of trace {id} is listed twice"));
        }
        let is_sent = usize::try_from(number).is_ok_and(|number| (1..=fates.len()).contains(&number));
        if !is_sent {
            findings.wrong += 1;
            findings.say(|| format!("span {number} of trace {id} was never sent"));
        } else if with_content {
            findings.compared_contents += 1;
            let text = ledger.lock().text((trace, number));
            if span["payload"]["attributes"]["text"] != text.as_str() {
                findings.wrong += 1;
                findings.say(|| format!("span {number} of trace {id} has another content: {span}"));
            }
        }
    }
    for (number, fate) in (1..).zip(&fates) {
        findings.compared_spans += 1;
        match (fate, found.contains(&number)) {
            (Fate::Acknowledged, false) => {
                findings.lost += 1;
                findings.say(|| format!("span {number} of trace {id} was acknowledged and is not there"));
            }
            (Fate::Open, true) => findings.stored_unanswered += 1,
            _ => {}
        }
    }
    let counted = detail["summary"]["span_count"].as_u64().unwrap_or(0);
    if counted != found.len() as u64 {
        findings.doubled += counted.abs_diff(found.len() as u64);
        findings.say(|| format!("trace {id} counts {counted} spans and lists {}", found.len()));
    }
    Ok(())
}

async fn compare_deleted(api: &Api, id: &str, findings: &mut Findings) -> anyhow::Result<()> {
    if let Some(detail) = api.find(&format!("/otel/trace/{id}")).await? {
        let shown = detail["spans"].as_array().map_or(1, |spans| spans.len() as u64);
        findings.undeleted += shown;
        findings.say(|| format!("{shown} spans of trace {id} are shown, which was deleted"));
    }
    Ok(())
}

/// The same number, however it is counted: the index, the list of traces, the services, and the durable totals.
pub(crate) async fn compare_totals(
    api: &Api,
    status: &Value,
    is_deleted_from: bool,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let number = |name: &str| status[name].as_u64().with_context(|| format!("the status has no {name}"));
    let stored = status["store"]["spans"].as_u64().context("the status has no count of spans")?;
    let listed = listed_spans(api, findings).await?;
    let services = api.get("/otel/services").await?;
    let service =
        services["items"].as_array().and_then(|items| items.iter().find(|item| item["name"] == SERVICE));
    let by_service = service.and_then(|service| service["span_count"].as_u64()).unwrap_or(0);
    let accepted_once = number("accepted_spans")?.saturating_sub(number("duplicate_spans")?);
    // what is deleted goes on being counted as accepted
    let expected = if is_deleted_from { accepted_once.min(stored) } else { accepted_once };
    for (what, count) in [("list", listed), ("service", by_service), ("accepted - duplicates", expected)] {
        if count != stored {
            findings.doubled += count.abs_diff(stored);
            findings.say(|| format!("{stored} spans are stored, {what} says {count}"));
        }
    }
    if number("quarantined_batches")? > 0 {
        findings.wrong += number("quarantined_batches")?;
        findings.say(|| format!("batches are quarantined: {status}"));
    }
    Ok(())
}

/// Sum of the span counts over the whole list of traces, none of which may be listed twice.
async fn listed_spans(api: &Api, findings: &mut Findings) -> anyhow::Result<u64> {
    let (mut sum, mut seen, mut cursor) = (0, HashSet::new(), String::new());
    loop {
        let page = api.get(&format!("/otel/traces?limit=500{cursor}")).await?;
        for trace in page["items"].as_array().context("the list has no items")? {
            sum += trace["span_count"].as_u64().unwrap_or(0);
            if !seen.insert(trace["trace_id"].as_str().unwrap_or_default().to_owned()) {
                findings.doubled += 1;
                findings.say(|| format!("trace {} is listed twice", trace["trace_id"]));
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(sum),
        }
    }
}
