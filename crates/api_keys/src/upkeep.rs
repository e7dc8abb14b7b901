//! The feature's task: writes down when keys were last used.

use std::time::Duration;

use junjo_web::Lifecycle;

use crate::service::ApiKeys;

/// Between two rounds.
const INTERVAL: Duration = Duration::from_secs(30);

/// Starts the task. What was used until the end is written at the end.
pub fn spawn(keys: &ApiKeys, lifecycle: &Lifecycle) {
    let (keys, stop) = (keys.clone(), lifecycle.soft());
    lifecycle.spawn("key use", async move {
        while stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            flush(&keys).await;
        }
        flush(&keys).await;
    });
}

async fn flush(keys: &ApiKeys) {
    if let Err(error) = keys.flush_last_used().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "use of api keys could not be written, will be tried again"
        );
    }
}
