//! The feature's task: forgets sessions and security events whose time is over.

use std::time::Duration;

use junjo_web::Lifecycle;

use crate::service::AuthState;

/// Between two rounds.
const INTERVAL: Duration = Duration::from_secs(30);

/// Starts the task.
pub fn spawn(state: &AuthState, lifecycle: &Lifecycle) {
    let (state, stop) = (state.clone(), lifecycle.soft());
    lifecycle.spawn("session upkeep", async move {
        while stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            purge(&state).await;
        }
        purge(&state).await;
    });
}

async fn purge(state: &AuthState) {
    if let Err(error) = state.purge().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "old sessions could not be removed, will be tried again"
        );
    }
}
