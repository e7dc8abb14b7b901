//! A server to test: in this process ([`TestServer`]) or as the real binary ([`ServerProcess`]).

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use junjo_ingest::Receiver;
use junjo_server::running::Running;
use junjo_server::settings::Settings;
use junjo_span_store::probe_index;
use junjo_test_support::{FaultLibrary, OtlpClient, eventually};
use junjo_web::{Lifecycle, SharedClock, SystemClock};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

/// How long anything in these tests may take before it counts as hanging.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) const EMAIL: &str = "ada@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A server in this process, with its own data folder.
pub(crate) struct TestServer {
    pub(crate) api: Api,
    pub(crate) grpc: SocketAddr,
    /// OTLP/HTTP on its own port.
    pub(crate) otlp_http: SocketAddr,
    /// The main port.
    pub(crate) http: SocketAddr,
    /// The internal gRPC of split mode.
    pub(crate) internal: SocketAddr,
    pub(crate) dir: tempfile::TempDir,
    lifecycle: Lifecycle,
    running: Box<Running>,
}

impl TestServer {
    /// A fresh server.
    pub(crate) async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    /// A server on the state in `dir`.
    pub(crate) async fn start_in(dir: tempfile::TempDir) -> Self {
        Self::start_with(dir, &[]).await
    }

    /// A server on the state in `dir`, whatever the disk has left, with more arguments of the command line.
    pub(crate) async fn start_with(dir: tempfile::TempDir, arguments: &[&str]) -> Self {
        Self::start_all(dir, arguments, SystemClock::shared()).await
    }

    /// A fresh server whose clock is `clock`.
    pub(crate) async fn start_at(clock: SharedClock) -> Self {
        Self::start_all(tempfile::tempdir().unwrap(), &[], clock).await
    }

    async fn start_all(dir: tempfile::TempDir, arguments: &[&str], clock: SharedClock) -> Self {
        let lifecycle = Lifecycle::new();
        let arguments = [&["--free-space-min=1M"][..], arguments].concat();
        let settings = Settings::in_dir_with(dir.path(), &arguments);
        let prober = Arc::new(|path: &Path| probe_index(path));
        let starting = Box::pin(Running::start(settings, clock, prober, &lifecycle));
        let running = Box::new(starting.await.unwrap());
        let api = Api::new(running.http_addr);
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let grpc = running.grpc_addrs.first().copied().unwrap_or(nowhere);
        let otlp_http = running.otlp_http_addrs.first().copied().unwrap_or(nowhere);
        let (http, internal) = (running.http_addr, running.internal_addr.unwrap_or(nowhere));
        Self { api, grpc, otlp_http, http, internal, dir, lifecycle, running }
    }

    /// Stops as on SIGTERM and gives the data folder back.
    pub(crate) async fn stop(self) -> tempfile::TempDir {
        self.lifecycle.stop();
        self.lifecycle.supervise(tokio_stream::pending(), PATIENCE).await;
        Box::pin(self.running.app.close()).await;
        self.dir
    }

    /// Signs the first user in, waits until queries are answered, and returns an ingest key.
    pub(crate) async fn set_up(&self) -> String {
        self.api.register().await;
        self.api.drained().await;
        self.api.create_key().await
    }

    /// Where ingestion services have keys checked; split mode only.
    pub(crate) fn internal(&self) -> SocketAddr {
        self.running.internal_addr.unwrap()
    }

    /// Where the server's own features hand in telemetry.
    pub(crate) fn receiver(&self) -> &Receiver {
        self.running.app.receiver()
    }

    pub(crate) fn client(&self, key: &str) -> OtlpClient {
        OtlpClient::new(self.grpc, Some(key))
    }
}

/// Calls of the HTTP API with one cookie jar.
#[derive(Clone)]
pub(crate) struct Api {
    base: String,
    client: Client,
}

impl Api {
    pub(crate) fn new(addr: SocketAddr) -> Self {
        let client = Client::builder().cookie_store(true).timeout(PATIENCE).build().unwrap();
        Self { base: format!("http://{addr}"), client }
    }

    /// The same server in another browser.
    pub(crate) fn other_browser(&self) -> Self {
        let client = Client::builder().cookie_store(true).timeout(PATIENCE).build().unwrap();
        Self { client, ..self.clone() }
    }

    /// The same server without the session.
    pub(crate) fn anonymous(&self) -> Self {
        Self { client: Client::builder().timeout(PATIENCE).build().unwrap(), ..self.clone() }
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let response = self.call(Method::GET, path).send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// GET that must succeed.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request =
            self.call(Method::POST, path).header("content-type", "application/json").body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn register(&self) {
        let (status, body) =
            self.post("/auth/register", &json!({"email": EMAIL, "password": PASSWORD})).await;
        assert_eq!(status, 201, "{body}");
    }

    pub(crate) async fn login(&self) {
        let (status, body) = self.post("/auth/login", &json!({"email": EMAIL, "password": PASSWORD})).await;
        assert_eq!(status, 200, "{body}");
    }

    pub(crate) async fn create_key(&self) -> String {
        let (status, body) = self.post("/api-keys", &json!({"name": "test"})).await;
        assert_eq!(status, 201, "{body}");
        body["key"].as_str().unwrap().to_owned()
    }

    /// Waits until everything acknowledged is queryable, and returns the status.
    pub(crate) async fn drained(&self) -> Value {
        eventually("draining", PATIENCE, || async {
            let (code, status) = self.get("/otel/status").await;
            (code == 200 && status["index"] == "ok" && status["accepted_spans"] == status["indexed_spans"])
                .then_some(status)
        })
        .await
    }
}

/// The library that injects faults into the file operations of a [`ServerProcess`]; `None`, and loudly, where that is
/// not possible. In CI it has to be.
pub(crate) fn fault_library() -> Option<&'static FaultLibrary> {
    static LIBRARY: LazyLock<std::io::Result<FaultLibrary>> =
        LazyLock::new(|| FaultLibrary::compile(Path::new(env!("CARGO_TARGET_TMPDIR"))));
    match &*LIBRARY {
        Ok(library) => Some(library),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "faults cannot be injected: {error}");
            eprintln!("SKIPPED, NOT PASSED: faults cannot be injected here: {error}");
            None
        }
    }
}

/// The real binary as a child process.
pub(crate) struct ServerProcess {
    pub(crate) http: SocketAddr,
    pub(crate) grpc: SocketAddr,
    child: Child,
    /// Reads what it logs, all the time: a full pipe would stop the server.
    log: JoinHandle<Vec<String>>,
}

impl ServerProcess {
    /// Starts the binary on `dir` and waits until it says that it is ready.
    pub(crate) async fn start(dir: &Path) -> Self {
        Self::start_command(Self::command(dir)).await
    }

    /// The same with a command that has more arguments or another environment. Without receivers (split
    /// mode), `grpc` has port 0.
    pub(crate) async fn start_command(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut log = BufReader::new(stdout).lines();
        let ready = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = log.next_line().await.unwrap() {
                let event: Value = serde_json::from_str(&line).unwrap_or_default();
                if event["message"].as_str().is_some_and(|message| message.starts_with("ready")) {
                    return event;
                }
            }
            panic!("the server ended before it was ready");
        });
        let event = ready.await.expect("the server starts in time");
        let log = tokio::spawn(rest_of(log));
        let grpc = match event["grpc_addrs"].as_str().unwrap().trim_matches(['[', ']']) {
            "" => SocketAddr::from(([127, 0, 0, 1], 0)),
            addr => addr.parse().unwrap(),
        };
        Self { http: event["http_addr"].as_str().unwrap().parse().unwrap(), grpc, child, log }
    }

    /// The binary with settings for tests: no environment, ports of the system's choice, any free space.
    pub(crate) fn command(dir: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_junjo-server"));
        command
            .env_clear()
            .arg("--data-dir")
            .arg(dir)
            .env("JUNJO_HTTP_ADDR", "127.0.0.1:0")
            .env("JUNJO_OTLP_GRPC_ADDR", "127.0.0.1:0")
            .env("JUNJO_OTLP_HTTP_ADDR", "127.0.0.1:0")
            .env("JUNJO_FREE_SPACE_MIN", "1M")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// `kill -9`: no handler runs, nothing is flushed.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, without waiting for anything.
    pub(crate) async fn ask_to_end(&self) {
        let pid = self.child.id().unwrap().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(mut self) {
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends in time").unwrap();
    }

    /// SIGTERM; returns the exit code and the rest of the log.
    pub(crate) async fn terminate(mut self) -> (Option<i32>, Vec<String>) {
        self.ask_to_end().await;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        (status.code(), self.log.await.unwrap())
    }
}

async fn rest_of(mut log: Lines<BufReader<ChildStdout>>) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(line) = log.next_line().await.unwrap() {
        lines.push(line);
    }
    lines
}
