//! How long jemalloc keeps freed pages for itself (docs/adr/0008-allocator.md).

use anyhow::anyhow;
use tikv_jemalloc_ctl::{Access as _, AsName as _};

/// Ten times shorter than its default: what a start or one large request has freed is the machine's again.
const KEEP_MILLIS: isize = 1_000;

/// Says so for the arenas to come and for the first, which is there already. For before any other thread starts.
pub(crate) fn keep_freed_pages_shortly() -> anyhow::Result<()> {
    for name in ["arenas.dirty_decay_ms\0", "arena.0.dirty_decay_ms\0"] {
        name.name().write(KEEP_MILLIS).map_err(|error| anyhow!("jemalloc knows no {name:?}: {error}"))?;
    }
    Ok(())
}
