//! Services with their counts.

use std::collections::HashMap;

use duckdb::params_from_iter;

use super::handle::Queries;
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::time::TimeRange;
use crate::row::is_error_sql;

/// One service (`service.name` of a resource).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSummary {
    /// Its name.
    pub name: String,
    /// Spans that it produced in the time range.
    pub span_count: i64,
    /// Traces that it took part in.
    pub trace_count: i64,
    /// Failed spans.
    pub error_count: i64,
    /// Start of its earliest span, unix nanoseconds.
    pub first_seen_unix_nano: i64,
    /// Start of its latest span, unix nanoseconds.
    pub last_seen_unix_nano: i64,
}

impl Queries {
    /// Services with spans in `time`, by name.
    pub(crate) async fn services(&self, time: TimeRange) -> Result<Vec<ServiceSummary>, StoreError> {
        let mut conditions = Conditions::default();
        conditions.time(time);
        let (filter, values) = (conditions.sql(), conditions.values());
        let traces_sql = format!(
            "SELECT name, count(*) FROM (SELECT unnest(services) AS name FROM traces{filter}) GROUP BY name"
        );
        let spans_sql = format!(
            "SELECT service, count(*), count(*) FILTER ({}), min(start_unix_nanos), max(start_unix_nanos)
             FROM spans{filter} GROUP BY service ORDER BY service",
            is_error_sql()
        );
        let run = move |connection: &duckdb::Connection| {
            let failed = || StoreError::index("list services");
            let mut statement = connection.prepare(&traces_sql).map_err(failed())?;
            let counts: HashMap<String, i64> = statement
                .query_map(params_from_iter(values.clone()), |row| Ok((row.get(0)?, row.get(1)?)))
                .and_then(Iterator::collect)
                .map_err(failed())?;
            let mut statement = connection.prepare(&spans_sql).map_err(failed())?;
            statement
                .query_map(params_from_iter(values), |row| {
                    let name: String = row.get(0)?;
                    Ok(ServiceSummary {
                        trace_count: counts.get(&name).copied().unwrap_or(0),
                        name,
                        span_count: row.get(1)?,
                        error_count: row.get(2)?,
                        first_seen_unix_nano: row.get(3)?,
                        last_seen_unix_nano: row.get(4)?,
                    })
                })
                .and_then(Iterator::collect)
                .map_err(failed())
        };
        let services: Vec<ServiceSummary> = self.index.run(run).await?;
        let bytes = services.iter().map(|service| size_of::<ServiceSummary>() + service.name.len()).sum();
        self.reading().hold(bytes).await?;
        Ok(services)
    }
}
