//! The spans: page by page from the old file into the log, with a bar on the terminal.

use std::time::Duration;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use junjo_go_migration::spans::{Batch, GoSpans, Page, Position};
use junjo_go_migration::tally::Tally;
use junjo_span_store::{IndexState, SpanStore};
use junjo_wal::{AppendError, NewRecord, Sender, Sequence, Signal};
use junjo_web::{Clock as _, SystemClock};

use crate::app::App;

/// Stands where requests have the id of their key; no key can have it.
const SENDER: &str = "internal:go-import";
/// Between two looks whether the log has room or the index is there.
const PAUSE: Duration = Duration::from_millis(100);
/// The bar; where there is no terminal, nothing is shown.
const BAR: &str = "{elapsed_precise} {bar:40} {pos}/{len} rows, {eta} left";

/// What became of the spans.
#[derive(Debug)]
pub(super) struct ImportedSpans {
    /// Of this run and those before it.
    pub(super) tally: Tally,
    /// Rows that runs before this one had done.
    pub(super) rows_before: u64,
}

/// Reads everything, without writing.
pub(super) async fn read_only(mut file: GoSpans) -> anyhow::Result<Tally> {
    let bar = bar(file.rows());
    let mut position = Position::default();
    loop {
        let (same, page) = next_page(file, position.clone()).await?;
        file = same;
        let Some(page) = page else { break };
        position = page.into_batch()?.1;
        bar.set_position(position.tally.rows);
    }
    bar.finish_and_clear();
    Ok(position.tally)
}

/// Imports what is behind the position of the last run, and waits until it can be found.
pub(super) async fn import(app: &App, mut file: GoSpans) -> anyhow::Result<ImportedSpans> {
    let Some(identity) = file.identity()? else {
        return Ok(ImportedSpans { tally: Tally::default(), rows_before: 0 });
    };
    let source = format!("go-import {identity}");
    let (reader, name) = (app.wal().clone(), source.clone());
    let stored = tokio::task::spawn_blocking(move || reader.remote_position(&name)).await??;
    let mut position = file.resume(stored.as_deref())?;
    let rows_before = position.tally.rows;
    let bar = bar(file.rows());
    // what came from the ingestion service must be known before it is asked for
    indexed(app).await?;
    loop {
        bar.set_position(position.tally.rows);
        let (same, page) = next_page(file, position.clone()).await?;
        file = same;
        let Some(mut page) = page else { break };
        page.leave_out(&app.store().known_spans(page.ids()).await?);
        let (batch, behind) = page.into_batch()?;
        store(app, batch, &source, &behind).await?;
        position = behind;
    }
    indexed(app).await?;
    bar.finish_and_clear();
    Ok(ImportedSpans { tally: position.tally, rows_before })
}

/// Reads off the async threads; gives the file back.
async fn next_page(file: GoSpans, position: Position) -> anyhow::Result<(GoSpans, Option<Page>)> {
    let read = move || file.page(&position).map(|page| (file, page));
    Ok(tokio::task::spawn_blocking(read).await??)
}

/// Makes a page and the position behind it durable together; waits while the log is full, because sealing empties it.
async fn store(app: &App, batch: Option<Batch>, source: &str, behind: &Position) -> anyhow::Result<()> {
    let compress = move || {
        let record = |batch: Batch| {
            let (sender, now) = (Sender::in_default_project(SENDER), SystemClock::new().now_unix_nano());
            NewRecord::compress(Signal::Traces, sender, now, batch.spans, &batch.message)
        };
        batch.map(record).transpose()
    };
    let record = tokio::task::spawn_blocking(compress).await??;
    loop {
        let records = record.clone().into_iter().collect();
        match app.wal().append_pulled(records, source.to_owned(), behind.to_bytes()).await {
            Ok(_) => return Ok(()),
            Err(AppendError::Full { .. }) => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error).context("the spans cannot be stored: run the import again"),
        }
    }
}

/// Waits until the index has everything that is in the log now.
async fn indexed(app: &App) -> anyhow::Result<()> {
    let wal = app.wal().clone();
    let newest = tokio::task::spawn_blocking(move || wal.newest()).await??;
    while !has_indexed(app.store(), newest)? {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

fn has_indexed(store: &SpanStore, newest: Option<Sequence>) -> anyhow::Result<bool> {
    if let IndexState::Degraded(reason) = store.index_state() {
        anyhow::bail!("the index cannot be used: {reason}. Run the import again when that is mended");
    }
    let is_there = newest.is_none_or(|newest| store.progress().indexed_through() >= newest);
    Ok(store.index_state() == IndexState::Ok && is_there)
}

fn bar(rows: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(rows).with_style(style)
}
