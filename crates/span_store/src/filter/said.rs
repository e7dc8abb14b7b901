//! The columns of a span that log records may fill (docs/adr/0005). Pure.

/// The columns of a span that log records may fill, and those that follow from them, with their SQL types.
pub(crate) const SAID: [(&str, &str); 13] = [
    ("role", "VARCHAR"),
    ("is_model_call", "BOOLEAN"),
    ("provider", "VARCHAR"),
    ("model", "VARCHAR"),
    ("input_tokens", "BIGINT"),
    ("output_tokens", "BIGINT"),
    ("cached_input_tokens", "BIGINT"),
    ("cache_write_tokens", "BIGINT"),
    ("reasoning_tokens", "BIGINT"),
    ("cost_usd", "DOUBLE"),
    ("cost_source", "VARCHAR"),
    ("session_id", "VARCHAR"),
    ("user_id", "VARCHAR"),
];

/// Whether log records may fill the column.
pub(crate) fn is_said(column: &str) -> bool {
    SAID.iter().any(|(name, _)| *name == column)
}
