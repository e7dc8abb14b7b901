//! What a comparison found, as text.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use super::calls::Call;
use super::differences::Found;
use super::documented::Documented;

/// One kind of difference: a route and a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How often it was met.
    pub count: u64,
    /// The first request in which it was.
    pub path: String,
    /// What the Go server said there.
    pub go: String,
    /// What this server said there.
    pub ours: String,
    /// Why it is meant; `None`: it is not.
    pub reason: Option<String>,
}

/// Everything that was found, by route, case and field.
#[derive(Debug, Default)]
pub struct Report {
    /// Requests that both were asked.
    pub calls: u64,
    /// What differs.
    pub differences: BTreeMap<(String, String), Difference>,
}

impl Report {
    /// How many kinds of differences nobody has written a reason for.
    pub fn unexplained(&self) -> usize {
        self.differences.values().filter(|difference| difference.reason.is_none()).count()
    }

    pub(super) fn note(&mut self, call: &Call, found: Vec<Found>, documented: &Documented) {
        self.calls += 1;
        for Found { field, go, ours } in found {
            let route = if call.case.is_empty() {
                call.route.to_owned()
            } else {
                format!("{} ({})", call.route, call.case)
            };
            let reason = documented.reason(&format!("{route}:{field}")).map(str::to_owned);
            let path = format!("{} {}", call.method, call.path);
            self.differences
                .entry((route, field))
                .and_modify(|difference| difference.count += 1)
                .or_insert(Difference { count: 1, path, go, ours, reason });
        }
    }
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let unexplained = self.unexplained();
        let explained = self.differences.len() - unexplained;
        writeln!(
            out,
            "{} requests, {unexplained} kinds of differences, {explained} more that are documented",
            self.calls
        )?;
        for ((route, field), difference) in self.differences.iter().filter(|(_, one)| one.reason.is_none()) {
            let Difference { count, path, go, ours, .. } = difference;
            writeln!(out, "\n{route}: {field}, {count} times")?;
            writeln!(out, "  {path}\n  Go:   {go}\n  ours: {ours}")?;
        }
        if explained > 0 {
            writeln!(out, "\nDocumented:")?;
        }
        for ((route, field), difference) in &self.differences {
            if let Some(reason) = &difference.reason {
                writeln!(out, "- {route}: {field}, {} times: {reason}", difference.count)?;
            }
        }
        Ok(())
    }
}
