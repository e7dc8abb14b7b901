//! Who has a place at a listener: a share for each address, and who gives way when all are taken.
//!
//! | who | bound |
//! |---|---|
//! | one address | its share; beyond that a connection is closed at once |
//! | all | the listener's places; then the connection goes that asks for nothing and never got anything, of these the one that has been quiet longest; then one that asks for nothing; then one whose first request is not answered |
//! | senders and readers whose requests succeed | stay while they are worked for, and then newcomers wait |

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Duration, timeout};

use super::activity::Activity;
use super::bounds::Bounds;
use super::budget::Tally;

/// How often a newcomer looks whether somebody has become idle, besides when a place is given back.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The places of one listener.
pub(super) struct Places {
    bounds: Bounds,
    taken: Mutex<Taken>,
    given_back: Notify,
}

#[derive(Default)]
struct Taken {
    next: u64,
    connections: HashMap<u64, Arc<Activity>>,
    addresses: HashMap<IpAddr, Neighbours>,
}

/// The connections of one address.
#[derive(Default)]
struct Neighbours {
    count: usize,
    sending: Arc<Tally>,
}

/// A place at a listener; dropping it gives it back.
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    address: Option<IpAddr>,
    pub(super) activity: Arc<Activity>,
    /// What the address has waiting to be sent; none where many callers share one.
    pub(super) sending: Option<Arc<Tally>>,
}

/// Why there is no place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// The address has its share.
    Address,
    /// All are taken by connections that are worked for.
    All,
}

impl Places {
    pub(super) fn new(bounds: &Bounds) -> Arc<Self> {
        Arc::new(Self { bounds: bounds.clone(), taken: Mutex::default(), given_back: Notify::new() })
    }

    /// A place for a connection from `peer`, when there is one. None when its address has its share already.
    pub(super) async fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        loop {
            match self.try_enter(peer) {
                Ok(place) => return Some(place),
                Err(NoPlace::Address) => return None,
                Err(NoPlace::All) => {
                    let _ = timeout(LOOK_INTERVAL, self.given_back.notified()).await;
                }
            }
        }
    }

    /// A place, if need be that of the connection that needs it least.
    pub(super) fn try_enter(self: &Arc<Self>, peer: IpAddr) -> Result<Place, NoPlace> {
        let address = self.bounds.counted_address(peer);
        let mut taken = self.taken.lock();
        let count = address.and_then(|address| taken.addresses.get(&address)).map_or(0, |all| all.count);
        if count >= self.bounds.address_connections_max() {
            return Err(NoPlace::Address);
        }
        if taken.connections.len() >= self.bounds.connections_max {
            taken.evict_one().ok_or(NoPlace::All)?;
        }
        let number = taken.next;
        taken.next += 1;
        let activity = Arc::new(Activity::begin());
        taken.connections.insert(number, Arc::clone(&activity));
        let sending = address.map(|address| taken.addresses.entry(address).or_default().joined());
        Ok(Place { places: Arc::clone(self), number, address, activity, sending })
    }
}

impl Taken {
    /// Takes the place of the connection that needs it least; it ends by itself then.
    fn evict_one(&mut self) -> Option<()> {
        let claims =
            self.connections.iter().filter_map(|(number, activity)| Some((activity.claim()?, *number)));
        let (_, number) = claims.min()?;
        self.connections.remove(&number)?.evicted.cancel();
        Some(())
    }

    fn leave(&mut self, number: u64, address: Option<IpAddr>) {
        self.connections.remove(&number);
        let Some(address) = address else { return };
        if let Some(neighbours) = self.addresses.get_mut(&address) {
            neighbours.count -= 1;
            if neighbours.count == 0 {
                self.addresses.remove(&address);
            }
        }
    }
}

impl Neighbours {
    fn joined(&mut self) -> Arc<Tally> {
        self.count += 1;
        Arc::clone(&self.sending)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken.lock().leave(self.number, self.address);
        self.places.given_back.notify_one();
    }
}
