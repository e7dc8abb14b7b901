//! The order of conversations and users, and which of them a page has.

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};

use super::group::{GroupCursor, GroupFilter, GroupKind};
use super::order::{Order, OrderBy};
use crate::budget::{Budget, Held, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;

/// Which groups, in which order.
#[derive(Clone, Copy)]
pub(super) struct Which<'a> {
    pub(super) kind: GroupKind,
    pub(super) filter: &'a GroupFilter,
    pub(super) order: Order,
}

/// A group on a page, and what its place in the order depends on.
pub(super) struct Listed {
    pub(super) id: String,
    /// The figure that orders it.
    pub(super) value: Option<i64>,
    pub(super) id_md5: String,
}

impl Held for Listed {
    fn held_bytes(&self) -> usize {
        size_of::<Self>() + self.id.len() + self.id_md5.len()
    }
}

/// The figure of a group of traces, a BIGINT. Costs are added as whole billionths of a dollar: a sum of doubles depends on the
/// order in which they come, so that two pages would see two of them.
fn figure(by: OrderBy) -> String {
    // `least` would make a number of a missing one
    let at_most = |figure: &str| {
        format!("(CASE WHEN {figure} > {max} THEN {max} ELSE {figure} END)::BIGINT", max = i64::MAX)
    };
    match by {
        OrderBy::Start => "max(start_unix_nanos)".to_owned(),
        OrderBy::Duration => {
            at_most("(max(start_unix_nanos::HUGEINT + duration_nanos) - min(start_unix_nanos))")
        }
        OrderBy::Cost => {
            at_most("sum(((CASE WHEN cost_usd > 1e9 THEN 1e9 ELSE cost_usd END) * 1e9)::BIGINT)")
        }
        OrderBy::Tokens => at_most("sum(total_tokens)"),
        OrderBy::Errors => "sum(error_count)::BIGINT".to_owned(),
        OrderBy::Spans => "sum(span_count)::BIGINT".to_owned(),
    }
}

impl Which<'_> {
    /// At most `limit` groups behind `after`, in order, as far as there is room for them.
    pub(super) fn list(
        self,
        connection: &Connection,
        (limit, budget): (usize, Budget),
        after: Option<GroupCursor>,
    ) -> Result<Rows<Listed>, StoreError> {
        let failed = || StoreError::index("list conversations or users");
        let conditions = self.filter.conditions(self.kind);
        let mut of_group = Conditions::default();
        if let Some(text) = &self.filter.text {
            of_group.push("contains(lower(id), lower(?))", [Value::Text(text.clone())]);
        }
        let (having, of_cursor) = after.map_or_else(Default::default, |after| self.having(after));
        let (figure, direction) = (figure(self.order.by), self.order.direction.sql());
        let sql = format!(
            "SELECT id, {figure} AS figure, md5(id) FROM (SELECT unnest({}) AS id, * FROM traces{}){}
             GROUP BY id{having} ORDER BY figure {direction} NULLS LAST, md5(id) {direction} LIMIT {limit}",
            self.kind.column(),
            conditions.sql(),
            of_group.sql()
        );
        let values = conditions.values().into_iter().chain(of_group.values()).chain(of_cursor);
        let mut statement = connection.prepare(&sql).map_err(failed())?;
        let group = |row: &Row<'_>| Ok(Listed { id: row.get(0)?, value: row.get(1)?, id_md5: row.get(2)? });
        let mut listed = Rows::within(budget);
        for row in statement.query_map(params_from_iter(values), group).map_err(failed())? {
            if !listed.push(row.map_err(failed())?) {
                break;
            }
        }
        Ok(listed)
    }

    /// Only groups behind `after`, and none that a later record than the first page's newest has changed.
    fn having(self, after: GroupCursor) -> (String, Vec<Value>) {
        let (figure, behind) = (figure(self.order.by), self.order.direction.behind());
        let (id, newest) = (Value::Text(after.id_md5), Value::BigInt(after.newest.0));
        let Some(value) = after.value.map(Value::BigInt) else {
            let sql =
                format!(" HAVING {figure} IS NULL AND md5(id) {behind} ? AND max(newest_sequence) <= ?");
            return (sql, vec![id, newest]);
        };
        let sql = format!(
            " HAVING ({figure} {behind} ? OR {figure} IS NULL OR ({figure} = ? AND md5(id) {behind} ?))
             AND max(newest_sequence) <= ?"
        );
        (sql, vec![value.clone(), value, id, newest])
    }
}
