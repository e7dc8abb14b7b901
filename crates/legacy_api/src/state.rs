//! What the feature's handlers share, and its task.

use std::sync::Arc;
use std::time::Duration;

use junjo_auth::KeyRing;
use junjo_telemetry::Telemetry;
use junjo_web::{Lifecycle, SharedClock};

use crate::llm::Vendor;
use crate::reveals::Reveals;
use crate::settings::Settings;

/// Between two rounds of the task.
const INTERVAL: Duration = Duration::from_secs(30);

/// Everything that the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct State {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) accounts: junjo_auth::State,
    /// Nothing where the server has no feature for keys.
    pub(crate) keys: Option<Arc<dyn KeyRing>>,
    pub(crate) reveals: Reveals,
    pub(crate) telemetry: Telemetry,
    pub(crate) clock: SharedClock,
    pub(crate) vendor: Vendor,
}

impl State {
    /// The feature over the services of others.
    pub fn new(
        accounts: &junjo_auth::State,
        keys: Option<Arc<dyn KeyRing>>,
        (telemetry, clock, settings): (Telemetry, SharedClock, &Settings),
    ) -> Self {
        let reveals = Reveals::new(Arc::clone(&clock));
        let vendor = Vendor::new(settings);
        Self {
            shared: Arc::new(Shared { accounts: accounts.clone(), keys, reveals, telemetry, clock, vendor }),
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// Starts the feature's task: keys that were shown long enough leave the memory.
pub fn spawn(state: &State, lifecycle: &Lifecycle) {
    let (state, stop) = (state.clone(), lifecycle.soft());
    lifecycle.spawn("shown keys", async move {
        while stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            state.shared().reveals.purge();
        }
    });
}
