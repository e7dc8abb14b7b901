//! Asks the questions over HTTP, one after another, as one person does.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::questions::Row;
use crate::load::Latencies;
use crate::report::{Timed, Times};
use crate::subject::{Api, BareAnswer, BareQuestion, run_bare_query};

/// Questions of each row that are asked once before the clock starts: enough for most of the index to be in memory.
const WARM_UP: usize = 100;

/// The answers to a row's questions over HTTP.
pub(super) struct Asked {
    latencies: Latencies,
    /// Rows in each answer.
    rows: Vec<u64>,
}

/// Asks all questions of `row`.
pub(super) async fn ask(api: &Api, row: &Row) -> anyhow::Result<Asked> {
    for question in row.questions.iter().take(WARM_UP) {
        api.get(&question.path).await?;
    }
    let mut asked = Asked { latencies: Latencies::default(), rows: Vec::new() };
    for question in &row.questions {
        let started = Instant::now();
        let body = api.get(&question.path).await?;
        asked.latencies.add(started.elapsed());
        asked.rows.push(rows_of(&body).with_context(|| format!("the answer to {}", question.path))?);
    }
    Ok(asked)
}

/// Items of a list, or spans of a trace.
fn rows_of(body: &[u8]) -> anyhow::Result<u64> {
    let answer: Value = serde_json::from_slice(body)?;
    let rows = answer["items"].as_array().or_else(|| answer["spans"].as_array());
    Ok(rows.context("has no list")?.len() as u64)
}

/// Asks DuckDB alone, and puts its times beside those of the server. Says which rows had other answers.
pub(super) fn compare(
    program: &Path,
    index: &Path,
    rows: &[Row],
    asked: Vec<Asked>,
) -> anyhow::Result<(Vec<Timed>, Vec<String>)> {
    let questions: Vec<BareQuestion> =
        rows.iter().flat_map(|row| &row.questions).map(|question| question.bare.clone()).collect();
    let answers = run_bare_query(program, index, WARM_UP, &questions)?;
    ensure!(answers.len() == questions.len(), "the query anchor did not answer every question");
    let (mut left, mut timed, mut problems) = (&answers[..], Vec::new(), Vec::new());
    for (row, asked) in rows.iter().zip(asked) {
        let (own, rest) = left.split_at(row.questions.len());
        left = rest;
        let differ = asked.rows.iter().zip(own).filter(|(rows, bare)| **rows != bare.rows).count();
        if differ > 0 {
            problems.push(format!("WRONG: {}: {differ} answers have other rows than DuckDB's", row.name));
        }
        timed.push(Timed {
            name: row.name.to_owned(),
            questions: row.questions.len(),
            server: asked.latencies.into(),
            bare: times_of(own),
            goal_ms: row.goal_ms,
            is_flat: row.is_flat,
        });
    }
    Ok((timed, problems))
}

fn times_of(answers: &[BareAnswer]) -> Times {
    let mut latencies = Latencies::default();
    for answer in answers {
        latencies.add(Duration::from_micros(answer.micros));
    }
    latencies.into()
}
