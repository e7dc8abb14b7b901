//! Pages of a list in an order other than newest first, bounded by the figure and the ids of the row before.
//!
//! A page is read in two steps, in one state of the index: the figures and ids of its rows over narrow columns, then the rows by
//! bounds on the figure that DuckDB checks while it scans. Asking for the rows by their ids would decompress every column of all
//! rows, and so does sorting whole rows; both take ten times as long over a million.

use std::collections::HashMap;

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::listing::Listing;
use super::order::{Figure, Order};
use crate::budget::{Budget, Held, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::row::{span_from_number, span_number, trace_from_halves, trace_halves};

/// Ids of a row: of its trace, and of the span where the list is one of spans.
pub(super) type Ids = (TraceId, Option<SpanId>);

/// Where the next page of an ordered list starts: behind this row, and only with rows that no record after `newest` has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderedCursor {
    /// The figure of the last row of the page before; of a cost the bits of the double. `None` for a row without one.
    pub value: Option<i64>,
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span, in a list of spans.
    pub span_id: Option<SpanId>,
    /// Newest indexed record when the first page was read.
    pub newest: Sequence,
}

/// Rows of a list that can be ordered by figures.
pub(super) trait Sortable: Listing {
    /// The figures.
    type By: Figure;

    /// The columns that an ordered page shows; those of [`Listing::COLUMNS`] by name.
    const SHOWN: &'static str;
    /// The column with the record that changed a row last.
    const SEQUENCE: &'static str;
    /// The columns of the ids, which make rows with equal figures differ.
    const IDS: &'static [&'static str];

    /// Ids of the row.
    fn ids(&self) -> Ids;
}

/// A row's place in the order.
#[derive(Debug, Clone, Copy)]
struct Key {
    value: Option<i64>,
    ids: Ids,
}

impl Held for Key {
    fn held_bytes(&self) -> usize {
        size_of::<Self>()
    }
}

/// Which page of which order.
pub(super) struct Ask<B> {
    pub(super) order: Order<B>,
    pub(super) limit: usize,
    pub(super) budget: Budget,
    pub(super) after: Option<OrderedCursor>,
    /// Newest record that rows may have been changed by; that of the first page.
    pub(super) newest: Sequence,
}

/// Rows of a page in their order, and where the next one starts.
pub(super) type OrderedRows<T> = (Rows<T>, Option<OrderedCursor>);

impl<B: Figure> Ask<B> {
    /// The page of rows in `from` that fulfil `conditions`.
    pub(super) fn read<T: Sortable<By = B>>(
        &self,
        connection: &Connection,
        from: &str,
        mut conditions: Conditions,
    ) -> Result<OrderedRows<T>, StoreError> {
        if self.after.is_some() {
            conditions.push(format!("{} <= ?", T::SEQUENCE), [Value::BigInt(self.newest.0)]);
        }
        // one state of the index: between the two steps a commit may replace a row
        connection
            .execute_batch("BEGIN TRANSACTION READ ONLY")
            .map_err(StoreError::index("begin to read"))?;
        let read = self.in_transaction(connection, from, &conditions);
        connection.execute_batch("COMMIT").map_err(StoreError::index("end to read"))?;
        read
    }

    fn in_transaction<T: Sortable<By = B>>(
        &self,
        connection: &Connection,
        from: &str,
        conditions: &Conditions,
    ) -> Result<OrderedRows<T>, StoreError> {
        let mut keys = self.keys::<T>(connection, from, conditions)?;
        let mut has_more = keys.cut(self.limit).is_some();
        let mut keys = keys.rows;
        let rows = loop {
            let rows = self.rows::<T>(connection, from, conditions, &keys)?;
            if !rows.is_cut || keys.len() <= 1 {
                break rows;
            }
            // there is no room for all of them
            has_more = true;
            keys.truncate(keys.len().div_ceil(2));
        };
        let next = keys.last().filter(|_| has_more).map(|last| OrderedCursor {
            value: last.value,
            trace_id: last.ids.0,
            span_id: last.ids.1,
            newest: self.newest,
        });
        Ok((rows, next))
    }

    /// The keys of the page and of one row more.
    fn keys<T: Sortable<By = B>>(
        &self,
        connection: &Connection,
        from: &str,
        conditions: &Conditions,
    ) -> Result<Rows<Key>, StoreError> {
        let failed = || StoreError::index("order a list");
        let (figure, direction) = (self.order.by.column(), self.order.direction.sql());
        let mut conditions = conditions.clone();
        if let Some(after) = self.after {
            self.push_behind::<T>(&mut conditions, after);
        }
        let ids: Vec<String> = T::IDS.iter().map(|id| format!("{id} {direction}")).collect();
        let sql = format!(
            "SELECT {figure}, {} FROM {from}{} ORDER BY {figure} {direction} NULLS LAST, {} LIMIT {}",
            T::IDS.join(", "),
            conditions.sql(),
            ids.join(", "),
            self.limit.saturating_add(1)
        );
        let key = |row: &Row<'_>| {
            let value = if self.order.by.is_double() {
                row.get::<_, Option<f64>>(0)?.map(|cost| cost.to_bits().cast_signed())
            } else {
                row.get(0)?
            };
            let span = if T::IDS.len() > 2 { Some(span_from_number(row.get(3)?)) } else { None };
            Ok(Key { value, ids: (trace_from_halves(row.get(1)?, row.get(2)?), span) })
        };
        let mut statement = connection.prepare(&sql).map_err(failed())?;
        let mut keys = Rows::within(self.budget);
        for found in statement.query_map(params_from_iter(conditions.values()), key).map_err(failed())? {
            if !keys.push(found.map_err(failed())?) {
                break;
            }
        }
        Ok(keys)
    }

    /// Only rows behind `after`.
    fn push_behind<T: Sortable<By = B>>(&self, conditions: &mut Conditions, after: OrderedCursor) {
        let (figure, behind) = (self.order.by.column(), self.order.direction.behind());
        let ids = T::IDS.join(", ");
        let marks = vec!["?"; T::IDS.len()].join(", ");
        let own_ids = id_numbers::<T>((after.trace_id, after.span_id)).map(Value::UBigInt);
        let Some(value) = after.value else {
            conditions.push(format!("{figure} IS NULL AND ({ids}) {behind} ({marks})"), own_ids);
            return;
        };
        let value = self.value(value);
        conditions.push(
            format!(
                "({figure} {behind} ? OR {figure} IS NULL OR ({figure} = ? AND ({ids}) {behind} ({marks})))"
            ),
            [value.clone(), value].into_iter().chain(own_ids),
        );
    }

    /// The rows of `keys`, in their order.
    fn rows<T: Sortable<By = B>>(
        &self,
        connection: &Connection,
        from: &str,
        conditions: &Conditions,
        keys: &[Key],
    ) -> Result<Rows<T>, StoreError> {
        let places: HashMap<Ids, usize> = keys.iter().enumerate().map(|(at, key)| (key.ids, at)).collect();
        let mut all = Rows::within(self.budget);
        for bounds in self.bounds::<T>(keys) {
            let mut bounded = conditions.clone();
            bounded.push(bounds.0, bounds.1);
            let sql = format!("SELECT {} FROM {from}{}", T::SHOWN, bounded.sql());
            let found = T::read(connection, &sql, bounded.values(), self.budget)?;
            let is_cut = found.is_cut;
            all.extend(found.rows.into_iter().filter(|row| places.contains_key(&row.ids())));
            all.is_cut |= is_cut;
        }
        all.rows.sort_unstable_by_key(|row| places.get(&row.ids()).copied());
        Ok(all)
    }

    /// Conditions that the rows of `keys` fulfil and no others of the list: one on all whose figure lies between the first and the
    /// last one, and one on each of the two, of whose rows others may be on other pages.
    fn bounds<T: Sortable<By = B>>(&self, keys: &[Key]) -> Vec<(String, Vec<Value>)> {
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
            return Vec::new();
        };
        let figure = self.order.by.column();
        let mut all = vec![self.equal::<T>(keys, first.value)];
        if first.value == last.value {
            return all;
        }
        all.push(self.equal::<T>(keys, last.value));
        let behind = self.order.direction.behind();
        if let (Some(first), last) = (first.value, last.value)
            && keys.iter().any(|key| key.value.is_some_and(|value| value != first) && key.value != last)
        {
            let first = self.value(first);
            all.push(match last {
                None => (format!("{figure} {behind} ?"), vec![first]),
                Some(last) => {
                    let last = self.value(last);
                    let (low, high) = self.order.direction.sorted(&first, &last);
                    (format!("{figure} > ? AND {figure} < ?"), vec![low.clone(), high.clone()])
                }
            });
        }
        all
    }

    /// The rows of `keys` whose figure is `value`: they follow each other.
    fn equal<T: Sortable<By = B>>(&self, keys: &[Key], value: Option<i64>) -> (String, Vec<Value>) {
        let figure = self.order.by.column();
        let mut of_value = keys.iter().filter(|key| key.value == value).map(|key| key.ids);
        let first = of_value.next().unwrap_or((TraceId([0; 16]), None));
        let (low, high) = self.order.direction.sorted(first, of_value.next_back().unwrap_or(first));
        let is_value = if value.is_some() { "= ?" } else { "IS NULL" };
        let mut sql = format!("{figure} {is_value}");
        let mut values: Vec<Value> = value.map(|value| self.value(value)).into_iter().collect();
        // bounds on the first id on which they differ: rows of other ids that are read with them are left out afterwards
        for (name, (low, high)) in T::IDS.iter().zip(id_numbers::<T>(low).zip(id_numbers::<T>(high))) {
            sql.push_str(&format!(" AND {name} BETWEEN ? AND ?"));
            values.extend([low, high].map(Value::UBigInt));
            if low != high {
                break;
            }
        }
        (sql, values)
    }

    fn value(&self, value: i64) -> Value {
        if self.order.by.is_double() {
            Value::Double(f64::from_bits(value.cast_unsigned()))
        } else {
            Value::BigInt(value)
        }
    }
}

/// As many ids as rows of the list have.
fn id_numbers<T: Sortable>((trace, span): Ids) -> impl Iterator<Item = u64> {
    let (hi, lo) = trace_halves(trace);
    [hi, lo, span.map_or(0, span_number)].into_iter().take(T::IDS.len())
}
