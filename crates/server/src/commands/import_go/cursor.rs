//! How far the Go server's index had read its ingestion service becomes how far this server has.

use anyhow::Context as _;
use junjo_pipeline::existing_service;
use junjo_wal::Wal;

/// What became of the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// No address was given.
    NotAsked,
    /// The Go server had read nothing.
    None,
    /// This server reads on behind this key.
    Set { url: String, key: [u8; 16] },
    /// This server has read further already.
    Behind { url: String },
}

/// Notes the position of the service at `url`, unless this server is further.
pub(super) async fn take_over(
    wal: &Wal,
    url: Option<&str>,
    cursor: Option<[u8; 16]>,
) -> anyhow::Result<Cursor> {
    let Some(url) = url.map(|url| url.trim().to_owned()) else { return Ok(Cursor::NotAsked) };
    let Some(key) = cursor else { return Ok(Cursor::None) };
    let source = existing_service(&url);
    let (reader, name) = (wal.clone(), source.clone());
    let stored = tokio::task::spawn_blocking(move || reader.remote_position(&name)).await??;
    if stored.is_some_and(|stored| stored.as_slice() >= key.as_slice()) {
        return Ok(Cursor::Behind { url });
    }
    wal.append_pulled(Vec::new(), source, key.to_vec())
        .await
        .context("the position in the ingestion service cannot be noted")?;
    Ok(Cursor::Set { url, key })
}
