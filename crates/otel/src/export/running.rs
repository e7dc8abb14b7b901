//! How many exports run, as a metric.

/// Counts an export in `junjo_exports_running` from its answer's first byte until its thread has ended, however it ends.
pub(super) struct Running(metrics::Gauge);

impl Running {
    pub(super) fn begun() -> Self {
        let gauge = metrics::gauge!("junjo_exports_running");
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}
