//! Counts connections and streams that were ended for one of the bounds. It ends none.

/// Counts one, ended for `bound`.
pub(super) fn ended(bound: &'static str) {
    metrics::counter!("http_server_ended_total", "bound" => bound).increment(1);
}
