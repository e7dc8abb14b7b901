//! An import that is killed again and again.

use junjo_test_support::FileOperation::{Sync, Write};
use junjo_test_support::StoreFile::{AppLog, IndexLog, WalLog};
use junjo_test_support::{Fault, Faults, Operation};

use super::go_files::GoFiles;
use crate::harness::fault_library;

/// Seven pages: kills among the first ones leave work for those behind.
const SPANS: u32 = 6_500;

/// 20 moments: while accounts and keys are added, in and around the transactions of pages, and while the index follows.
const MOMENTS: [(Operation, u64, Fault); 20] = [
    ((AppLog, Write), 2, Fault::KillInside),
    ((AppLog, Sync), 1, Fault::KillBefore),
    ((AppLog, Sync), 2, Fault::KillAfter),
    ((AppLog, Sync), 3, Fault::KillAfter),
    ((WalLog, Write), 0, Fault::KillInside),
    ((WalLog, Write), 1, Fault::KillInside),
    ((WalLog, Sync), 0, Fault::KillBefore),
    ((WalLog, Sync), 0, Fault::KillAfter),
    ((IndexLog, Write), 0, Fault::KillInside),
    ((WalLog, Write), 3, Fault::KillInside),
    ((WalLog, Sync), 0, Fault::KillBefore),
    ((WalLog, Sync), 0, Fault::KillAfter),
    ((IndexLog, Sync), 0, Fault::KillBefore),
    ((WalLog, Write), 6, Fault::KillInside),
    ((WalLog, Sync), 0, Fault::KillAfter),
    ((IndexLog, Sync), 0, Fault::KillAfter),
    ((WalLog, Sync), 0, Fault::KillAfter),
    ((WalLog, Write), 2, Fault::KillInside),
    ((WalLog, Sync), 0, Fault::KillBefore),
    ((WalLog, Sync), 0, Fault::KillAfter),
];

/// Scenario: the import is killed at 20 chosen operations, and run again each time, then twice to its end. Guarantee: every account, key
/// and span is there once, and works.
#[tokio::test(flavor = "multi_thread")]
async fn import_that_is_killed_goes_on_where_it_was() {
    let Some(library) = fault_library() else { return };
    let files = GoFiles::new(SPANS).await;
    let page = tempfile::NamedTempFile::new().unwrap();
    let faults = Faults::new(library, page.path()).unwrap();
    for (number, (operation, skip, fault)) in MOMENTS.into_iter().enumerate() {
        faults.arm(&[operation], skip, fault).unwrap();
        let output = files.command().envs(faults.environment()).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "moment {number} was never reached");
        assert_eq!(
            faults.hit().unwrap(),
            Some(operation),
            "moment {number}: it ended for another reason: {said}"
        );
        faults.disarm().unwrap();
    }
    let report = files.import(&[]).await;
    assert!(
        report.contains(&format!("spans     {SPANS} rows: {SPANS} spans, 0 already here, 0 left out")),
        "{report}"
    );
    let again = files.import(&[]).await;
    assert!(again.contains(&format!("{SPANS} of these rows were imported before this run")), "{again}");
    files.check().await;
}
