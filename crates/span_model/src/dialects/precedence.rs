//! Which dialect is believed when several say the same. The one table of precedence: a new dialect is a line in
//! [`DIALECTS`].

use std::collections::HashMap;
use std::sync::LazyLock;

use super::dialect::{Dialect, Sender};
use super::field::Field;
use super::{
    autogen, claude_code, codex, crewai, gemini_cli, gen_ai, google, google_adk, haystack, junjo, langfuse,
    langsmith, litellm, livekit, llama_index, logfire, mcp, mlflow, openai_agents, openinference,
    pydantic_ai, semantic_kernel, sentry, spring_ai, strands, traceloop, vercel,
};

/// All dialects, the best first: conventions, then what many instrumentations share, then single senders.
pub(super) const DIALECTS: &[&Dialect] = &[
    &gen_ai::DIALECT,
    &openinference::DIALECT,
    &traceloop::DIALECT,
    &langfuse::DIALECT,
    &langsmith::DIALECT,
    &vercel::DIALECT,
    &pydantic_ai::DIALECT,
    &junjo::DIALECT,
    &openai_agents::DIALECT,
    &mcp::DIALECT,
    &logfire::DIALECT,
    &sentry::DIALECT,
    &livekit::DIALECT,
    &mlflow::DIALECT,
    &litellm::DIALECT,
    &spring_ai::DIALECT,
    &semantic_kernel::DIALECT,
    &autogen::DIALECT,
    &google::DIALECT,
    &google_adk::DIALECT,
    &gemini_cli::DIALECT,
    &claude_code::DIALECT,
    &codex::DIALECT,
    &strands::DIALECT,
    &haystack::DIALECT,
    &crewai::DIALECT,
    &llama_index::DIALECT,
];

/// Fields for which other dialects come first, and which.
const FIRST: &[(Field, &[&Dialect])] = &[
    (Field::Input, &[&langfuse::DIALECT, &traceloop::DIALECT]),
    (Field::Output, &[&langfuse::DIALECT, &traceloop::DIALECT]),
];

/// The dialect whose word for what a span does comes first: OpenInference has more words than OpenTelemetry.
const FIRST_KIND: &Dialect = &openinference::DIALECT;

/// Fields for which a dialect comes last, because what it says there is a stand-in.
const LAST: &[(Field, &str)] =
    &[(Field::Input, "langfuse.trace.input"), (Field::Output, "langfuse.trace.output")];

/// Keys of `field`, best first; prefixes and names of events for the fields that say so.
pub(crate) fn keys(field: Field) -> &'static [&'static str] {
    &KEYS[field as usize]
}

static KEYS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    Field::ALL.iter().map(|(field, _)| ranked(*field).into_iter().map(|(_, key)| key).collect()).collect()
});

/// Whether `key` is one that only other senders than `sender` mean anything by: those without a namespace.
pub(crate) fn is_foreign(key: &str, sender: &Sender<'_>) -> bool {
    let Some(speakers) = OWN_WORDS.get(key) else { return false };
    !speakers.iter().any(|is_speaker| is_speaker(sender))
}

/// Keys that are in dialects with speakers of their own only, each with those.
static OWN_WORDS: LazyLock<HashMap<&'static str, Vec<IsSpeaker>>> = LazyLock::new(|| {
    let mut speakers: HashMap<&'static str, Vec<IsSpeaker>> = HashMap::new();
    for dialect in DIALECTS {
        let keys = dialect.keys.iter().filter(|(field, _)| *field != Field::EventNamespace);
        for key in keys.flat_map(|(_, keys)| *keys) {
            speakers.entry(key).or_default().push(dialect.spoken_by.unwrap_or(|_| true));
        }
    }
    speakers.retain(|_, speakers| !speakers.iter().any(|is_speaker| is_speaker(&NOBODY)));
    speakers
});

/// Whether a sender speaks a dialect.
type IsSpeaker = fn(&Sender<'_>) -> bool;

/// A sender that speaks no dialect of its own.
const NOBODY: Sender<'static> = Sender { scope: "", name: "" };

/// The keys of `field`, best first, each with the place of its dialect in [`DIALECTS`].
pub(super) fn ranked(field: Field) -> Vec<(usize, &'static str)> {
    let first = FIRST.iter().find(|(of, _)| *of == field).map_or(&[][..], |(_, dialects)| *dialects);
    let place =
        |wanted: &Dialect| DIALECTS.iter().position(|dialect| std::ptr::eq(dialect.keys, wanted.keys));
    let mut order: Vec<usize> = first.iter().filter_map(|dialect| place(dialect)).collect();
    for at in 0..DIALECTS.len() {
        if !order.contains(&at) {
            order.push(at);
        }
    }
    let of = |at: usize| {
        let rows = DIALECTS[at].keys.iter().filter(move |(of, _)| *of == field);
        rows.flat_map(move |(_, keys)| keys.iter().map(move |key| (at, *key)))
    };
    let mut keys: Vec<(usize, &'static str)> = order.into_iter().flat_map(of).collect();
    keys.sort_by_key(|(_, key)| LAST.contains(&(field, *key)));
    keys
}

/// Every key that says what a span does, best first, with the place of its dialect and its place there.
pub(super) fn kinds() -> Vec<(usize, usize)> {
    let all = DIALECTS.iter().enumerate();
    let mut kinds: Vec<(usize, usize)> =
        all.flat_map(|(at, dialect)| (0..dialect.kinds.len()).map(move |kind| (at, kind))).collect();
    kinds.sort_by_key(|(at, _)| !std::ptr::eq(DIALECTS[*at].keys, FIRST_KIND.keys));
    kinds
}
