//! A generated pair of files of the Go server, the command that imports them, and what must be there afterwards.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Output;

use junjo_go_migration::generator::{
    Amounts, add_odd_accounts, email, key, password, span_ids, write_duckdb, write_sqlite,
};
use junjo_test_support::{OtlpClient, SpanBuilder, request};
use serde_json::json;
use tokio::process::Command;

use crate::harness::{Api, ServerProcess};
use crate::telemetry::START;

/// The files, and a data folder of ours.
pub(super) struct GoFiles {
    pub(super) folder: tempfile::TempDir,
    pub(super) data: tempfile::TempDir,
    pub(super) amounts: Amounts,
}

impl GoFiles {
    pub(super) async fn new(spans: u32) -> Self {
        let amounts = Amounts { users: 4, keys: 3, spans };
        let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let files = Self { folder, data, amounts };
        write_sqlite(&files.sqlite(), amounts).await.unwrap();
        add_odd_accounts(&files.sqlite()).await.unwrap();
        let path = files.duckdb();
        tokio::task::spawn_blocking(move || write_duckdb(&path, amounts, false)).await.unwrap().unwrap();
        files
    }

    pub(super) fn sqlite(&self) -> PathBuf {
        self.folder.path().join("app_data.db")
    }

    pub(super) fn duckdb(&self) -> PathBuf {
        self.folder.path().join("otel_data.db")
    }

    /// The command, without the end of its arguments.
    pub(super) fn command(&self) -> Command {
        let mut command = ServerProcess::command(self.data.path());
        command.args(["import", "go", "--sqlite"]).arg(self.sqlite()).arg("--duckdb").arg(self.duckdb());
        command
    }

    /// Runs it to its end.
    pub(super) async fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().await.unwrap()
    }

    /// Runs it, which must succeed, and gives its report.
    pub(super) async fn import(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the server and compares counts, sign-ins, keys and spans with what was generated.
    pub(super) async fn check(&self) {
        let server = ServerProcess::start(self.data.path()).await;
        let api = Api::new(server.http);
        for number in 0..self.amounts.users {
            let login = json!({"email": email(number), "password": password(number)});
            for _ in 0..2 {
                let (status, body) = api.other_browser().post("/auth/login", &login).await;
                assert_eq!((status, body["role"].as_str()), (200, Some("admin")), "{}", email(number));
            }
        }
        let login = json!({"email": email(0), "password": password(0)});
        assert_eq!(api.post("/auth/login", &login).await.0, 200);
        let accounts = api.read("/auth/accounts").await;
        assert_eq!(accounts["items"].as_array().unwrap().len(), self.amounts.users as usize);
        let status = api.drained().await;
        let spans = u64::from(self.amounts.spans);
        assert_eq!(
            (&status["accepted_spans"], &status["store"]["spans"]),
            (&json!(spans), &json!(spans)),
            "{status}"
        );
        assert_eq!((&status["duplicate_spans"], &status["quarantined_batches"]), (&json!(0), &json!(0)));
        assert_eq!(all_spans(&api).await, (0..self.amounts.spans).map(span_ids).collect());
        self.check_keys(&api, &server).await;
        server.terminate().await;
    }

    async fn check_keys(&self, api: &Api, server: &ServerProcess) {
        let keys = api.read("/api-keys").await;
        // one of the odd ones is taken
        assert_eq!(keys["items"].as_array().unwrap().len(), self.amounts.keys as usize + 1, "{keys}");
        for number in 0..self.amounts.keys {
            let span = SpanBuilder::new(u128::from(number) + 1, 1, START).build();
            let sent =
                OtlpClient::new(server.grpc, Some(&key(number))).export(&request("new", vec![span])).await;
            assert!(sent.is_ok(), "key {number}: {sent:?}");
        }
        let refused = OtlpClient::new(server.grpc, Some(&key(999)))
            .export(&request("new", vec![SpanBuilder::new(1, 9, START).build()]))
            .await;
        assert!(refused.is_err());
    }
}

/// The ids of all spans; none twice.
async fn all_spans(api: &Api) -> BTreeSet<(String, String)> {
    let (mut found, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = api.read(&format!("/otel/spans?limit=500{cursor}")).await;
        for span in page["items"].as_array().unwrap() {
            let text = |field: &str| span[field].as_str().unwrap().to_owned();
            assert!(found.insert((text("trace_id"), text("span_id"))), "{span} is listed twice");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}
