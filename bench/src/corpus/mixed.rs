//! Made-up telemetry of a company's LLM applications: services of unequal size, traces of one to thousands of spans, some
//! across services, workflows, sessions whose traces are neighbours in time, users that come back, a few failures. Each
//! service sends requests of its own, as SDKs do, so that a trace's spans arrive in several of them.

use super::llm::{MODELS, Shape};
use super::random::Random;
use super::span::{Head, KIND_CLIENT, KIND_INTERNAL, KIND_SERVER, Pending, SpanWriter};

/// Traces whose ids are kept for questions.
const SAMPLES_MAX: usize = 4_096;
/// Traces of a session that is open at a time.
const OPEN_SESSIONS: u64 = 16;
/// Traces after which other sessions are open: about four for each.
const SESSION_WINDOW: u64 = 64;
const USERS: u64 = 5_000;

const ROOTS: [&str; 16] = [
    "POST /chat",
    "POST /answer",
    "GET /search",
    "invoke_agent planner",
    "invoke_agent researcher",
    "summarise ticket",
    "review pull request",
    "POST /v1/completions",
    "nightly evaluation",
    "ingest document",
    "voice turn",
    "translate",
    "classify mail",
    "GET /recommendations",
    "moderate post",
    "draft reply",
];
const WORKFLOWS: [&str; 6] = [
    "Research Workflow",
    "Onboarding Workflow",
    "Triage Workflow",
    "Report Workflow",
    "Refund Workflow",
    "Eval Workflow",
];
/// Name, OpenInference kind (empty for plain spans), and out of how many sixteenths.
const STEPS: [(&str, &str, u64); 10] = [
    ("chat", "LLM", 5),
    ("plan", "CHAIN", 2),
    ("retrieve", "RETRIEVER", 2),
    ("embed", "EMBEDDING", 1),
    ("tool.search", "TOOL", 1),
    ("tool.sql", "TOOL", 1),
    ("rank", "RERANKER", 1),
    ("guard", "GUARDRAIL", 1),
    ("agent.step", "AGENT", 1),
    ("SELECT documents", "", 1),
];
const FAILURES: [&str; 5] =
    ["TimeoutError", "RateLimitError", "ValidationError", "ConnectionError", "ContextLengthExceeded"];

/// A trace to ask for.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Sample {
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    pub(crate) start_unix_nano: u64,
    pub(crate) spans: u64,
    pub(crate) service: String,
    pub(crate) root_name: String,
    /// Session and user.
    pub(crate) person: Option<(String, String)>,
    pub(crate) model: String,
}

/// Generates the requests of a [`Shape`], always the same for the same shape. Batches are of exactly `batch` spans.
pub(crate) struct Mixed {
    shape: Shape,
    writer: SpanWriter,
    services: Vec<(String, Pending)>,
    spans_done: u64,
    traces_done: u64,
    samples: Vec<Sample>,
    sampler: Random,
}

/// A trace being made.
struct Plan {
    trace_id: [u8; 16],
    start: u64,
    duration: u64,
    spans: u64,
    service: usize,
    /// Where calls to another service go.
    other_service: usize,
    is_workflow: bool,
    failed: bool,
    name: &'static str,
    /// Session and user, of most traces.
    person: Option<(String, String)>,
    model: (&'static str, &'static str),
}

impl Mixed {
    pub(crate) fn new(shape: Shape) -> Self {
        let services = (0..shape.services).map(|number| (format!("svc-{number}"), Pending::default()));
        Self {
            writer: SpanWriter::new(shape.seed, shape.span_bytes),
            services: services.collect(),
            spans_done: 0,
            traces_done: 0,
            samples: Vec::new(),
            sampler: Random::new(shape.seed ^ 0x5a5a),
            shape,
        }
    }

    /// Some of the traces made so far, each as likely as any other, in no order.
    pub(crate) fn samples(&self) -> &[Sample] {
        &self.samples
    }

    pub(crate) fn traces_done(&self) -> u64 {
        self.traces_done
    }

    fn plan(&mut self) -> Plan {
        let (window_start, width) = self.shape.window();
        let passed = u128::from(width) * u128::from(self.spans_done) / u128::from(self.shape.spans.max(1));
        let random = &mut self.writer.random;
        let service = skewed(random, self.services.len() as u64) as usize;
        let is_workflow = random.chance(0.1);
        let other_service =
            if random.chance(0.15) { random.below(self.services.len() as u64) as usize } else { service };
        let size = if random.chance(0.0002) {
            random.between(1_000, 4_000)
        } else {
            random.lognormal(1.9, 0.9).clamp(1.0, 300.0) as u64
        };
        let window = self.traces_done / SESSION_WINDOW * OPEN_SESSIONS;
        let (session, user) = (window + random.below(OPEN_SESSIONS), skewed(random, USERS));
        let root = (service * 3 + random.below(3) as usize) % ROOTS.len();
        Plan {
            trace_id: random.id(),
            start: window_start + passed as u64,
            duration: random.lognormal(20.5, 0.8) as u64,
            spans: size.min(self.shape.spans - self.spans_done),
            service,
            other_service,
            is_workflow,
            failed: random.chance(0.04),
            name: if is_workflow { random.pick(&WORKFLOWS) } else { ROOTS[root] },
            person: random.chance(0.7).then(|| (format!("s{session:07}"), format!("u{user:05}"))),
            model: MODELS[skewed(random, MODELS.len() as u64) as usize],
        }
    }

    fn trace(&mut self) {
        let plan = self.plan();
        let root = self.writer.random.id();
        self.root(&plan, root);
        self.steps(&plan, root);
        self.spans_done += plan.spans;
        self.traces_done += 1;
        self.sample(&plan);
    }

    fn root(&mut self, plan: &Plan, id: [u8; 8]) {
        let (writer, out) = (&mut self.writer, &mut self.services[plan.service].1);
        let (start, end) = (plan.start, plan.start + plan.duration);
        let kind = if plan.is_workflow { KIND_INTERNAL } else { KIND_SERVER };
        writer.begin(&Head { trace_id: plan.trace_id, id, parent: None, name: plan.name, kind, start, end });
        if let Some((session, user)) = &plan.person {
            writer.attribute("session.id", session);
            writer.attribute("user.id", user);
        }
        if plan.is_workflow {
            writer.attribute("junjo.span_type", "workflow");
            writer.attribute("junjo.executable_structural_id", plan.name);
            writer.int("junjo.workflow.node.count", plan.spans.saturating_sub(1));
        } else {
            writer.attribute("http.route", plan.name);
            writer.int("http.response.status_code", if plan.failed { 500 } else { 200 });
        }
        writer.end(plan.failed, out);
    }

    /// The spans below the root, in order of start.
    fn steps(&mut self, plan: &Plan, root: [u8; 8]) {
        let writer = &mut self.writer;
        let step = plan.duration / plan.spans.max(1);
        let (mut current, mut service) = (root, plan.service);
        let failing = if plan.failed { writer.random.below(plan.spans) } else { 0 };
        for index in 1..plan.spans {
            let (name, kind) = pick_step(&mut writer.random);
            let id = writer.random.id();
            let start = plan.start + index * step;
            let length = writer.random.below(step * 4 + 1).min(plan.start + plan.duration - start);
            let head = Head {
                trace_id: plan.trace_id,
                id,
                parent: Some(if writer.random.chance(0.5) { root } else { current }),
                name,
                kind: if kind == "LLM" { KIND_CLIENT } else { KIND_INTERNAL },
                start,
                end: start + length,
            };
            writer.begin(&head);
            if plan.is_workflow && kind == "CHAIN" {
                writer.attribute("junjo.span_type", "node");
            } else if !kind.is_empty() {
                writer.attribute("openinference.span.kind", kind);
            }
            if kind == "LLM" {
                writer.model_call(plan.model.0, plan.model.1);
            } else {
                writer.step();
            }
            let failed = failing == index;
            if failed {
                let kind = writer.random.pick(&FAILURES);
                writer.exception(head.end, kind);
            }
            writer.end(failed, &mut self.services[service].1);
            if matches!(kind, "CHAIN" | "AGENT") {
                current = id;
                service = if service == plan.service { plan.other_service } else { plan.service };
            }
        }
    }

    /// Reservoir sampling (Vitter's algorithm R).
    fn sample(&mut self, plan: &Plan) {
        let at = self.sampler.below(self.traces_done) as usize;
        if self.samples.len() >= SAMPLES_MAX && at >= SAMPLES_MAX {
            return;
        }
        let sample = Sample {
            trace_id: hex::encode(plan.trace_id),
            start_unix_nano: plan.start,
            spans: plan.spans,
            service: self.services[plan.service].0.clone(),
            root_name: plan.name.to_owned(),
            person: plan.person.clone(),
            model: plan.model.1.to_owned(),
        };
        if self.samples.len() < SAMPLES_MAX {
            self.samples.push(sample);
        } else {
            self.samples[at] = sample;
        }
    }
}

/// Below `bound`, small numbers far more often than large ones.
fn skewed(random: &mut Random, bound: u64) -> u64 {
    let unit = random.unit();
    ((unit * unit * bound as f64) as u64).min(bound - 1)
}

fn pick_step(random: &mut Random) -> (&'static str, &'static str) {
    let mut left = random.below(STEPS.iter().map(|(_, _, weight)| weight).sum());
    for (name, kind, weight) in STEPS {
        if left < weight {
            return (name, kind);
        }
        left -= weight;
    }
    (STEPS[0].0, STEPS[0].1)
}

impl Iterator for Mixed {
    type Item = Vec<u8>;

    /// The next request of a service that has enough for one; at the end, what is left.
    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let batch = self.shape.batch;
            if let Some((name, pending)) =
                self.services.iter_mut().find(|(_, pending)| pending.len() >= batch)
            {
                return Some(pending.request(batch, name));
            }
            if self.spans_done >= self.shape.spans {
                let (name, pending) = self.services.iter_mut().find(|(_, pending)| pending.len() > 0)?;
                let rest = pending.len();
                return Some(pending.request(rest, name));
            }
            self.trace();
        }
    }
}

#[cfg(test)]
mod tests;
