//! The files in `examples/cutover` with the real proxies, in front of the real server and of something that says it is the Go server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use reqwest::header::{COOKIE, SET_COOKIE, USER_AGENT};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::harness::TestServer;

/// Browsers that come; at 10% the chance that a fair draw sends none of them here is one in a billion.
const BROWSERS: usize = 200;
/// Starts of a proxy: somebody else may take the port that was free.
const STARTS_MAX: usize = 5;

/// A program of Debian that tests may lack, and loudly. In CI it has to be there.
fn is_installed(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .chain([PathBuf::from("/usr/sbin")])
        .any(|folder| folder.join(program).is_file());
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{program} is missing: .ci/run installs it");
        eprintln!("SKIPPED, NOT PASSED: {program} is not installed (Debian package of that name)");
    }
    found
}

fn example(name: &str) -> String {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../examples/cutover");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

async fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// Answers like the Go server's `/ping`, and says who it is.
async fn go_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let router = Router::new().fallback(async || "pong from Go");
    tokio::spawn(async move { axum::serve(listener, router).await });
    addr
}

/// A started proxy.
struct Proxy {
    addr: SocketAddr,
    _child: Child,
    _folder: tempfile::TempDir,
}

impl Proxy {
    /// Starts what `command` makes of a folder with the file and a port, and waits until it answers.
    async fn start(
        config: impl Fn(SocketAddr, SocketAddr) -> String,
        command: impl Fn(&Path) -> Command,
    ) -> Self {
        for _ in 0..STARTS_MAX {
            let folder = tempfile::tempdir().unwrap();
            let (addr, admin) = (free_port().await, free_port().await);
            std::fs::write(folder.path().join("config"), config(addr, admin)).unwrap();
            let mut child = command(folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .unwrap();
            loop {
                if reqwest::get(format!("http://{addr}/ping")).await.is_ok() {
                    return Self { addr, _child: child, _folder: folder };
                }
                if child.try_wait().unwrap().is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        panic!("the proxy does not start");
    }

    /// How many of the browsers come to this server. Each asks twice, and must come to the same server again.
    async fn share(&self) -> usize {
        let client = reqwest::Client::new();
        let mut ours = 0;
        for browser in 0..BROWSERS {
            let ask = || {
                client
                    .get(format!("http://{}/ping", self.addr))
                    .header(USER_AGENT, format!("browser {browser}"))
            };
            let first = ask().send().await.unwrap();
            let cookie = first.headers().get(SET_COOKIE).map(|line| line.to_str().unwrap().to_owned());
            let said = first.text().await.unwrap();
            let pair = cookie.as_deref().and_then(|line| line.split(';').next()).unwrap_or_default();
            let second = ask().header(COOKIE, pair).send().await.unwrap().text().await.unwrap();
            assert_eq!(said, second, "browser {browser} is sent to and fro");
            assert!(["pong", "pong from Go"].contains(&said.as_str()), "{said}");
            ours += usize::from(said == "pong");
        }
        ours
    }
}

/// What the shares must be: some and few, some and not all, all, none.
fn assert_share(weight: u32, ours: usize) {
    let expected = match weight {
        0 => 0..=0,
        10 => 1..=BROWSERS / 2 - 20,
        50 => 40..=BROWSERS - 40,
        _ => BROWSERS..=BROWSERS,
    };
    assert!(expected.contains(&ours), "{ours} of {BROWSERS} at {weight}%");
}

/// Scenario: nginx with the example file at each stage of the cut-over, and back. Guarantee: about that part of the browsers comes to this
/// server, and each stays where it is.
#[tokio::test(flavor = "multi_thread")]
async fn nginx_shares_browsers_out_by_weight() {
    if !is_installed("nginx") {
        return;
    }
    let (server, go) = (TestServer::start().await, go_server().await);
    for weight in [10, 50, 100, 0] {
        let config = |addr: SocketAddr, _: SocketAddr| {
            let text = example("nginx.conf");
            assert!(text.contains("10% junjo_server; # weight"));
            // nginx takes no line of 0%
            let line = if weight == 0 { String::new() } else { format!("{weight}% junjo_server;") };
            text.replace("10% junjo_server; # weight", &line)
                .replace("127.0.0.1:1323", &go.to_string())
                .replace("127.0.0.1:1324", &server.http.to_string())
                .replace("127.0.0.1:8080", &addr.to_string())
        };
        let command = |folder: &Path| {
            let mut command = Command::new("nginx");
            let pid = folder.join("pid");
            command.env("PATH", "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin");
            command.arg("-p").arg(folder).arg("-c").arg(folder.join("config")).args(["-e", "stderr", "-g"]);
            command.arg(format!("daemon off; master_process off; pid {}; error_log stderr;", pid.display()));
            command
        };
        let proxy = Proxy::start(config, command).await;
        assert_share(weight, proxy.share().await);
    }
    server.stop().await;
}

/// Scenario: the same with Caddy. Guarantee: the same.
#[tokio::test(flavor = "multi_thread")]
async fn caddy_shares_browsers_out_by_weight() {
    if !is_installed("caddy") {
        return;
    }
    let (server, go) = (TestServer::start().await, go_server().await);
    for weight in [10, 50, 100, 0] {
        let config = |addr: SocketAddr, admin: SocketAddr| {
            let text = example("Caddyfile");
            let line = text.lines().find(|line| line.ends_with("# weight")).unwrap();
            let parts = match weight {
                10 => line.trim_start().strip_prefix("to ").unwrap().to_owned(),
                50 => "127.0.0.1:1324 127.0.0.1:1323".to_owned(),
                100 => "127.0.0.1:1324".to_owned(),
                _ => "127.0.0.1:1323".to_owned(),
            };
            text.replace(line, &format!("to {parts}"))
                .replace("127.0.0.1:1323", &go.to_string())
                .replace("127.0.0.1:1324", &server.http.to_string())
                .replace("127.0.0.1:8080", &addr.to_string())
                .replace("127.0.0.1:2019", &admin.to_string())
        };
        let command = |folder: &Path| {
            let mut command = Command::new("caddy");
            command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("config"));
            command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
            command
        };
        let proxy = Proxy::start(config, command).await;
        assert_share(weight, proxy.share().await);
    }
    server.stop().await;
}
