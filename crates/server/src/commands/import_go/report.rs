//! What an import says at its end.

use std::fmt::{self, Display, Formatter, Write as _};

use junjo_auth::{ImportedAccounts, Role};
use junjo_go_migration::tally::{NEVER_STORED, Tally};
use junjo_ingest::ImportedKeys;
use junjo_web::clock::rfc3339_nanos;

use super::cursor::Cursor;
use super::options::ImportRole;
use super::spans::ImportedSpans;

/// Everything that was done.
pub(super) struct Report {
    pub(super) accounts: ImportedAccounts,
    pub(super) role: ImportRole,
    pub(super) keys: ImportedKeys,
    pub(super) spans: ImportedSpans,
    pub(super) cursor: Cursor,
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { accounts, keys, spans, .. } = self;
        let ImportedSpans { tally, rows_before } = spans;
        let role = Role::from(self.role).as_str();
        writeln!(
            out,
            "accounts  {} added as {role}, {} imported before, {} left out",
            accounts.added,
            accounts.again,
            accounts.refused.len()
        )?;
        writeln!(
            out,
            "API keys  {} added, {} imported before, {} left out",
            keys.added,
            keys.again,
            keys.refused.len()
        )?;
        writeln!(out, "spans     {}", rows(tally))?;
        if *rows_before > 0 {
            writeln!(out, "          {rows_before} of these rows were imported before this run")?;
        }
        writeln!(out, "cursor    {}", self.cursor)?;
        if !accounts.refused.is_empty() || !keys.refused.is_empty() {
            writeln!(out, "\nLeft out:")?;
        }
        for refused in &accounts.refused {
            writeln!(out, "- account {:?}: {}", refused.email, refused.reason)?;
        }
        for (name, reason) in &keys.refused {
            writeln!(out, "- API key {name:?}: {reason}")?;
        }
        losses(tally, out)?;
        if accounts.added > 0 {
            writeln!(
                out,
                "\nEverybody signs in with the password so far, and has to do so once: sessions do not come over."
            )?;
        }
        Ok(())
    }
}

/// What there is to import.
pub(super) fn dry(users: usize, keys: usize, tally: &Tally, cursor: Option<&[u8; 16]>) -> String {
    let mut out = String::new();
    let at = cursor.map_or_else(|| "none".to_owned(), time_of);
    let _ = writeln!(out, "accounts  {users}\nAPI keys  {keys}\nspans     {}\ncursor    {at}", rows(tally));
    let _ = losses(tally, &mut out);
    out.push_str("\nThis was a dry run: nothing was written, and the data folder was not opened.\n");
    out
}

fn rows(tally: &Tally) -> String {
    format!(
        "{} rows: {} spans, {} already here, {} left out; {} workflows, {} events, {} of them of a state",
        tally.rows,
        tally.imported,
        tally.already_here,
        tally.unusable_ids + tally.refused,
        tally.workflows,
        tally.events,
        tally.state_events
    )
}

fn losses(tally: &Tally, out: &mut impl fmt::Write) -> fmt::Result {
    writeln!(out, "\nIn this file:")?;
    let found = tally.losses();
    if found.is_empty() {
        writeln!(out, "- nothing is in doubt")?;
    }
    for sentence in found {
        writeln!(out, "- {sentence}")?;
    }
    writeln!(out, "\nWhat the Go server never stores, so that it cannot come back from its file:")?;
    for sentence in NEVER_STORED {
        writeln!(out, "- {sentence}")?;
    }
    Ok(())
}

impl Display for Cursor {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => out.write_str(
                "not taken over (--badger): in split mode everything that the ingestion service still has is read, and takes the \
                 place of what was imported",
            ),
            Self::None => out.write_str("the Go server had read nothing from its ingestion service"),
            Self::Set { url, key } => {
                write!(out, "{url} is read on behind what came at {}", time_of(key))
            }
            Self::Behind { url } => write!(out, "this server has read {url} further already"),
        }
    }
}

/// The first 48 bits of a ULID are milliseconds.
fn time_of(key: &[u8; 16]) -> String {
    let millis = i64::try_from(u128::from_be_bytes(*key) >> 80).unwrap_or(i64::MAX);
    rfc3339_nanos(millis.saturating_mul(1_000_000))
}
