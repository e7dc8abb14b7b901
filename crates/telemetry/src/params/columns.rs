//! Attributes as columns of a list.

use junjo_span_store::Field;
use junjo_web::{ApiError, ApiResult};
use serde::Deserialize;
use utoipa::IntoParams;

/// Columns of one list: as many as fit a wide screen; each whole root is read once for all of them.
pub const COLUMNS_MAX: usize = 8;

/// Which attributes are shown.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ColumnParams {
    /// Attributes of each trace's root, at most 8 with commas between them: `attributes.KEY` or `resource.KEY`, as in `filter`. Each row
    /// then has them in `columns`; texts, and what is no scalar as JSON, are cut at 1,000 characters.
    pub columns: Option<String>,
}

impl ColumnParams {
    /// The attributes, each once.
    ///
    /// # Errors
    /// 400 about a name that is no attribute, or too many of them.
    pub fn to_columns(&self) -> ApiResult<Vec<Field>> {
        let refused = |message: String| ApiError::invalid_field("columns", message);
        let mut columns: Vec<Field> = Vec::new();
        for field in Field::list(self.columns.as_deref().unwrap_or_default()).map_err(refused)? {
            if !field.needs_payload() {
                let message = format!("{} is no attribute: use attributes.KEY or resource.KEY", field.name());
                return Err(refused(message));
            }
            if !columns.contains(&field) {
                columns.push(field);
            }
        }
        if columns.len() > COLUMNS_MAX {
            return Err(refused(format!("give at most {COLUMNS_MAX} columns")));
        }
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> Result<Vec<String>, String> {
        let params = ColumnParams { columns: Some(text.to_owned()) };
        let names = params.to_columns().map(|fields| fields.iter().map(Field::name).collect());
        names.map_err(|error| error.public_detail().to_owned())
    }

    /// Scenario: attributes, one of them twice and one quoted, then a promoted field, an unknown one, and nine. Guarantee: each attribute
    /// once, and a sentence about what is wrong.
    #[test]
    fn to_columns_takes_attributes_alone() {
        let given =
            r#"attributes.user.plan, resource.deployment.environment,attributes.user.plan,attributes."a, b""#;
        let expected = ["attributes.user.plan", "resource.deployment.environment", "attributes.a, b"];
        assert_eq!(columns(given).unwrap(), expected);
        assert!(columns("").unwrap().is_empty());
        assert!(columns("model").unwrap_err().contains("model is no attribute"));
        assert!(columns("user.plan").unwrap_err().contains("unknown field"));
        let many: Vec<String> = (0..9).map(|n| format!("attributes.{n}")).collect();
        assert!(columns(&many.join(",")).unwrap_err().contains("at most 8"));
    }
}
