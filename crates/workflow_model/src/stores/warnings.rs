//! What a person must know about a store.

use crate::state_view::{StoreItem, StoreRole};
use crate::warning::{Warning, WarningCode};

/// Nothing about a store of which everything is there and fits together; `repeated` changes carry a number twice.
pub(super) fn warnings_of(store: &StoreItem, repeated: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code, text: String| warnings.push(Warning::new(code, text).store(&store.id));
    if let Some(missing) = store.missing_event_count.filter(|missing| *missing > 0) {
        let text = format!(
            "the history is incomplete: {missing} changes are missing; the end state is the client's"
        );
        warn(WarningCode::HistoryIncomplete, text);
    } else if !store.complete {
        let dropped = store.dropped_events_count;
        let text =
            format!("the history is incomplete: the client dropped {dropped} events of spans with changes");
        warn(WarningCode::HistoryIncomplete, text);
    }
    if store.role == StoreRole::Unclaimed {
        let text = "the run that this store belongs to has not arrived: there is no state to start from";
        warn(WarningCode::StoreUnclaimed, text.to_owned());
    } else {
        if !store.has_start_state {
            warn(WarningCode::StartStateMissing, "the state at the start was not sent in full".to_owned());
        }
        if !store.has_end_state {
            warn(WarningCode::EndStateMissing, "the state at the end was not sent in full".to_owned());
        }
    }
    if store.failed_patch_count > 0 {
        let text = format!("{} patches could not be applied", store.failed_patch_count);
        warn(WarningCode::PatchFailed, text);
    }
    if store.replay_matches_end == Some(false) {
        let text = "start state and changes do not give the end state that the client sent";
        warn(WarningCode::EndStateDiffers, text.to_owned());
    }
    if store.late_event_count > 0 {
        let text =
            format!("{} changes were made after the run had taken its last state", store.late_event_count);
        warn(WarningCode::LateChanges, text);
    }
    if store.reconstructable == Some(false) {
        warn(WarningCode::NotReconstructable, "the client could not replay its own run".to_owned());
    }
    if repeated > 0 {
        let text = format!("{repeated} changes carry a number that another one has");
        warn(WarningCode::SequenceBroken, text);
    }
    warnings
}
