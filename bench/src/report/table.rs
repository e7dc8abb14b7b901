//! The table for people.

use std::fmt::{self, Write as _};

use super::{Acked, Ingest, Setting, WalAnchor};

/// Goals, as ratios to the anchors.
const ACKED_GOAL: f64 = 0.85;
const QUERYABLE_GOAL: f64 = 1.2;
pub(super) const MIB: f64 = 1_048_576.0;

impl fmt::Display for Ingest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.setting)?;
        writeln!(f, "\n{:<44}{:>13}{:>15}{:>8}  goal", "", "server", "anchor", "ratio")?;
        self.write_rates(f)?;
        self.write_sizes(f)?;
        self.write_notes(f)
    }
}

impl Ingest {
    fn write_rates(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let anchor = self.wal_anchor.as_ref().map(|anchor| &anchor.acked);
        let of = |get: fn(&Acked) -> f64| (get(&self.acked), anchor.map(get));
        let goal = format!(">= {ACKED_GOAL} x bare WAL");
        row(f, "acknowledged spans/s", of(|acked| acked.spans_per_second), &goal)?;
        row(f, "  MB/s", of(|acked| acked.megabytes_per_second), "")?;
        row(f, "  call p50, ms", of(|acked| acked.p50_ms), "")?;
        row(f, "  call p95, ms", of(|acked| acked.p95_ms), "")?;
        row(f, "  call p99, ms", of(|acked| acked.p99_ms), "")?;
        row(f, "  its CPU meanwhile, us/span", of(|acked| acked.cpu.process_micros_per(acked.spans)), "")?;
        row(f, "  generator's CPU, us/span", of(|acked| acked.cpu.generator_micros_per(acked.spans)), "")?;
        let append = self.best_append().map(|append| append.spans_per_second);
        let goal = format!(">= {QUERYABLE_GOAL} x bare append");
        let queryable = &self.queryable;
        row(f, "acknowledged and queryable spans/s", (queryable.spans_per_second, append), &goal)?;
        row(f, "  indexed while sending, spans/s", (queryable.while_sending_per_second, append), "")?;
        if let Some(rate) = queryable.after_sending_per_second {
            row(f, "  indexed after sending, spans/s", (rate, append), "")?;
        }
        let micros = queryable.cpu.process_micros_per(self.acked.spans);
        row(f, "  server's CPU until queryable, us/span", (micros, None), "")?;
        row(f, "  largest backlog, spans", (queryable.backlog_spans_max as f64, None), "")?;
        if let Some(freshness) = &self.freshness {
            let name = format!("freshness p50 at {:.0} spans/s, ms", freshness.spans_per_second);
            row(f, &name, (freshness.p50_ms, None), "")?;
            row(f, "freshness p99, ms", (freshness.p99_ms, None), "< 300 ms")?;
        }
        if let Some(freshness) = &self.freshness_beside {
            row(f, "  beside a large trace, p50, ms", (freshness.p50_ms, None), "")?;
            row(f, "  beside a large trace, p99, ms", (freshness.p99_ms, None), "< 500 ms")?;
        }
        Ok(())
    }

    fn write_sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let anchor = self.wal_anchor.as_ref().map(|anchor| anchor.peak_bytes as f64 / MIB);
        row(f, "peak resident memory, MiB", (self.memory.peak_bytes as f64 / MIB, anchor), "")?;
        let indexed = self.status.indexed_spans.max(1) as f64;
        let index = self.disk.index_bytes as f64 / indexed;
        let archive = self.log.sealed_bytes as f64 / self.log.sealed_spans.max(1) as f64;
        let append = self.best_append().map(|append| append.bytes_per_span);
        row(f, "stored B/span: index + archive", (index + archive, append), "<= 350")?;
        row(f, "  index", (index, None), "")?;
        let name = format!("  archive ({} spans sealed)", self.log.sealed_spans);
        row(f, &name, (archive, None), "")?;
        row(f, "  wal.db file at the end, MiB", (self.disk.wal_bytes as f64 / MIB, None), "")
    }

    fn write_notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for append in &self.bare_append {
            writeln!(
                f,
                "anchor: bare DuckDB append, {}: {:.0} spans/s ({:.0} with the checkpoint), {:.0} B/span",
                append.layout,
                append.spans_per_second,
                append.spans_per_second_with_checkpoint,
                append.bytes_per_span
            )?;
        }
        noise(f, "server", &self.acked)?;
        if let Some(anchor) = &self.wal_anchor {
            noise(f, "WAL anchor", &anchor.acked)?;
        }
        if self.acked.refusals > 0 {
            writeln!(f, "{} requests were refused and sent again", self.acked.refusals)?;
        }
        if self.status.quarantined_batches > 0 || self.status.duplicate_spans > 0 {
            let (batches, spans) = (self.status.quarantined_batches, self.status.duplicate_spans);
            writeln!(f, "WRONG: {batches} quarantined batches, {spans} duplicate spans")?;
        }
        self.log.problems.iter().try_for_each(|line| writeln!(f, "log: {line}"))
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { corpus, machine, .. } = self;
        writeln!(
            f,
            "requests of {:.0} spans, {:.0} B a span, {} in the pool; {}{}, {} connections, {} in flight on each",
            corpus.spans_per_request,
            corpus.bytes_per_span,
            corpus.requests,
            self.protocol,
            if self.gzip { " with gzip" } else { "" },
            self.connections,
            self.in_flight
        )?;
        writeln!(
            f,
            "{} cores shared by server and generator, load average {:.1}, data on {}",
            machine.cores, machine.load_average, machine.file_system
        )?;
        if machine.file_system == "tmpfs" {
            writeln!(f, "WRONG DISK: an fsync costs nothing on tmpfs; use --temp")?;
        }
        Ok(())
    }
}

/// The report of `wal-anchor`.
pub(crate) fn wal_anchor(setting: &Setting, anchor: &WalAnchor) -> String {
    let acked = &anchor.acked;
    let mut text = setting.to_string();
    let lines = [
        ("acknowledged spans/s", acked.spans_per_second),
        ("MB/s", acked.megabytes_per_second),
        ("call p50, ms", acked.p50_ms),
        ("call p95, ms", acked.p95_ms),
        ("call p99, ms", acked.p99_ms),
        ("its CPU, us/span", acked.cpu.process_micros_per(acked.spans)),
        ("generator's CPU, us/span", acked.cpu.generator_micros_per(acked.spans)),
        ("peak resident memory, MiB", anchor.peak_bytes as f64 / MIB),
    ];
    for (name, value) in lines {
        let _ = writeln!(text, "{name:<44}{:>13}", number(value));
    }
    text
}

pub(super) fn row(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    values: (f64, Option<f64>),
    goal: &str,
) -> fmt::Result {
    let (value, anchor) = values;
    let ratio = anchor.filter(|anchor| *anchor > 0.0).map(|anchor| format!("{:.2}", value / anchor));
    let anchor = anchor.map(number).unwrap_or_default();
    let line = format!("{name:<44}{:>13}{anchor:>15}{:>8}  {goal}", number(value), ratio.unwrap_or_default());
    writeln!(f, "{}", line.trim_end())
}

fn noise(f: &mut fmt::Formatter<'_>, whose: &str, acked: &Acked) -> fmt::Result {
    let cores = acked.cpu.others_cores();
    if cores >= 0.1 {
        writeln!(f, "noise: other processes kept {cores:.1} cores busy during the {whose}'s run")?;
    }
    Ok(())
}

/// With as many digits as matter, and thousands apart.
pub(super) fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: small and large values. Guarantee: one decimal below a hundred, thousands apart above.
    #[test]
    fn number_is_readable() {
        let texts = [0.0, 12.34, 100.0, 999.6, 1_234_567.0].map(number);
        assert_eq!(texts, ["0.0", "12.3", "100", "1,000", "1,234,567"]);
    }
}
