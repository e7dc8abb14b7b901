//! Our ingestion service as a child process: built once a test run, on ports of the system's choice.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::harness::PATIENCE;

/// What `scripts/with-go.sh` exits with when there is no Go and no way to get one.
const NO_GO: i32 = 3;

/// The built program; `None` on a machine without Go, which CI must not be.
pub(crate) fn binary() -> Option<&'static Path> {
    static BINARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    BINARY.get_or_init(build).as_deref()
}

fn build() -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ingestion-service");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ingestion-service");
    let mut build = std::process::Command::new(source.join("../scripts/with-go.sh"));
    build.args(["go", "build", "-o"]).arg(&program).arg("./cmd/ingestion-service").current_dir(source);
    let code = build.status().unwrap().code();
    if code == Some(NO_GO) {
        assert!(std::env::var_os("CI").is_none(), "Go is needed in CI");
        eprintln!(
            "\n=== NOT TESTED: split mode with the Go service, because there is no Go (see above) ===\n"
        );
        return None;
    }
    assert_eq!(code, Some(0), "go build of the ingestion service");
    Some(program)
}

/// A running ingestion service.
pub(crate) struct GoService {
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) internal: SocketAddr,
    pub(crate) metrics: SocketAddr,
    child: Child,
}

impl GoService {
    /// Starts `program` on the log in `dir`, having keys checked at `backend`, with more variables. Returns when its
    /// ports answer, whether its log is open or not.
    pub(crate) async fn start(
        program: &Path,
        dir: &Path,
        backend: SocketAddr,
        variables: &[(&str, &str)],
    ) -> Self {
        let mut child = Command::new(program)
            .env_clear()
            .env("BADGERDB_PATH", dir)
            .env("JUNJO_BACKEND_ADDR", backend.to_string())
            .env("JUNJO_FREE_SPACE_MIN", "1M")
            .envs(
                [
                    "JUNJO_OTLP_GRPC_ADDR",
                    "JUNJO_OTLP_HTTP_ADDR",
                    "JUNJO_INTERNAL_GRPC_ADDR",
                    "JUNJO_METRICS_ADDR",
                ]
                .map(|name| (name, "127.0.0.1:0")),
            )
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut addrs = HashMap::new();
        let listening = async {
            while addrs.len() < 4 {
                let line = log.next_line().await.unwrap().expect("the service serves until it is stopped");
                let event: Value = serde_json::from_str(&line).unwrap();
                if event["msg"] == "listening" {
                    let addr: SocketAddr = event["address"].as_str().unwrap().parse().unwrap();
                    addrs.insert(event["for"].as_str().unwrap().to_owned(), addr);
                }
            }
        };
        tokio::time::timeout(PATIENCE, listening).await.expect("the service starts in time");
        // a full pipe would stop it
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Self {
            grpc: addrs["otlp/grpc"],
            http: addrs["otlp/http"],
            internal: addrs["internal"],
            metrics: addrs["metrics"],
            child,
        }
    }

    /// `kill -9`.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
