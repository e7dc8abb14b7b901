//! What the real binary says when it cannot start, and what it does about damaged files.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use junjo_test_support::{OtlpClient, SpanBuilder, eventually, request};
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::harness::{Api, PATIENCE, ServerProcess};
use crate::telemetry::START;

/// Runs the binary, which must refuse to start, and returns what it said.
async fn refusal(dir: &Path, arguments: &[&str]) -> String {
    let output = ServerProcess::command(dir).args(arguments).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// Scenario: the port is taken. Guarantee: one sentence that names address and variable.
#[tokio::test]
async fn start_with_taken_port_names_the_variable() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let said = refusal(dir.path(), &[&format!("--http-addr={address}")]).await;
    assert!(said.contains(&address.to_string()) && said.contains("JUNJO_HTTP_ADDR"), "{said}");
    let said = refusal(dir.path(), &[&format!("--otlp-grpc-addr={address}")]).await;
    assert!(said.contains("JUNJO_OTLP_GRPC_ADDR"), "{said}");
}

/// Scenario: the data folder is a file, cannot be written, or is used by another server. Guarantee: one sentence.
#[tokio::test]
async fn start_with_unusable_data_folder_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let said = refusal(&file, &[]).await;
    assert!(said.contains("JUNJO_DATA_DIR"), "{said}");
    let said = refusal(Path::new("/proc/junjo"), &[]).await;
    assert!(said.contains("JUNJO_DATA_DIR"), "{said}");
    let read_only = dir.path().join("read-only");
    std::fs::create_dir(&read_only).unwrap();
    std::fs::set_permissions(&read_only, std::fs::Permissions::from_mode(0o500)).unwrap();
    let is_root = std::fs::write(read_only.join("probe"), b"").is_ok();
    if !is_root {
        let said = refusal(&read_only, &[]).await;
        assert!(said.contains("JUNJO_DATA_DIR"), "{said}");
    }
    let used = dir.path().join("used");
    let server = ServerProcess::start(&used).await;
    let said = refusal(&used, &[]).await;
    assert!(said.contains("another server"), "{said}");
    server.kill().await;
}

/// Scenario: a setting has a bad value. Guarantee: the sentence names it, before anything is opened.
#[tokio::test]
async fn start_with_bad_setting_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let output = ServerProcess::command(dir.path()).env("JUNJO_MEMORY_LIMIT", "lots").output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("memory-limit") && said.contains("512M"), "{said}");
    let said = refusal(dir.path(), &["--traces-endpoint=http://localhost:0"]).await;
    assert!(said.contains("own receiver"), "{said}");
}

/// Scenario: `rederive` on no data folder, on a running server's, and on one that has an archived model call. Guarantee: the
/// first two are refused in one sentence; the third says what it did, and the next start has the same span.
#[tokio::test(flavor = "multi_thread")]
async fn rederive_works_on_a_stopped_server() {
    let dir = tempfile::tempdir().unwrap();
    let said = refusal(dir.path(), &["rederive"]).await;
    assert!(said.contains("JUNJO_DATA_DIR"), "{said}");
    let mut command = ServerProcess::command(dir.path());
    command.args(["--seal-seconds=1"]);
    let server = ServerProcess::start_command(command).await;
    let api = Api::new(server.http);
    api.register().await;
    let client = OtlpClient::new(server.grpc, Some(&api.create_key().await));
    let span = SpanBuilder::new(1, 1, START).with("gen_ai.operation.name", "chat");
    client.export(&request("s", vec![span.build()])).await.unwrap();
    junjo_test_support::eventually("an archive file", crate::harness::PATIENCE, || async {
        (api.read("/otel/status").await["archive"]["files"] == 1).then_some(())
    })
    .await;
    let path = format!("/otel/spans/{:032x}/{:016x}", 1, 1);
    let before = api.read(&path).await;
    assert_eq!(before["derived"]["role"], "llm", "{before}");
    let said = refusal(dir.path(), &["rederive"]).await;
    assert!(said.contains("another server"), "{said}");
    assert_eq!(server.terminate().await.0, Some(0));

    let output = ServerProcess::command(dir.path()).args(["rederive", "--all"]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("1 spans and 0 log records in 1 files"),
        "{said} {output:?}"
    );
    assert!(!dir.path().join("index.duckdb").try_exists().unwrap());
    let server = ServerProcess::start(dir.path()).await;
    let api = Api::new(server.http);
    api.login().await;
    api.drained().await;
    assert_eq!(api.read(&path).await, before);
    assert_eq!(server.terminate().await.0, Some(0));
}

/// Scenario: after an export the index, or the log, is overwritten with rubbish. Guarantee: the server starts, keeps
/// the damaged file, still acknowledges; with a damaged index every span is there, with a damaged log every span that
/// was indexed, and sequences go on above the old ones.
#[tokio::test(flavor = "multi_thread")]
async fn start_with_damaged_files_keeps_them_and_serves() {
    for damaged in ["index.duckdb", "wal.db"] {
        let dir = tempfile::tempdir().unwrap();
        let server = ServerProcess::start(dir.path()).await;
        let api = Api::new(server.http);
        api.register().await;
        let key = api.create_key().await;
        let client = OtlpClient::new(server.grpc, Some(&key));
        client.export(&request("s", vec![SpanBuilder::new(1, 1, START).build()])).await.unwrap();
        api.drained().await;
        assert_eq!(server.terminate().await.0, Some(0));
        std::fs::write(dir.path().join(damaged), vec![7; 60_000]).unwrap();
        let server = ServerProcess::start(dir.path()).await;
        let api = Api::new(server.http);
        api.login().await;
        let client = OtlpClient::new(server.grpc, Some(&key));
        client.export(&request("s", vec![SpanBuilder::new(2, 1, START).build()])).await.unwrap();
        let traces = junjo_test_support::eventually("both traces", crate::harness::PATIENCE, || async {
            let (_, page) = api.get("/otel/traces").await;
            page["items"].as_array().filter(|items| items.len() == 2).cloned()
        })
        .await;
        assert_eq!(traces.len(), 2, "{damaged}");
        assert_eq!(api.drained().await["indexed_spans"], 2, "{damaged}");
        let kept = std::fs::read_dir(dir.path().join("quarantine")).unwrap().count();
        assert!(kept >= 1, "{damaged} is kept");
        let (code, log) = server.terminate().await;
        assert_eq!(code, Some(0), "{damaged}");
        assert!(!log.iter().any(|line| line.contains("panicked")));
    }
}

/// Spans that no column compresses away, each a trace.
fn scattered(count: u64) -> Vec<Span> {
    let of = |n: u64| {
        let number = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let session = format!("{number:016x}{:016x}", number.rotate_left(17));
        SpanBuilder::new(u128::from(number) << 32, number, START + n).with("session.id", &session).build()
    };
    (0..count).map(of).collect()
}

/// Scenario: pages of the index's data blocks are overwritten while the server is stopped, or runs. Guarantee: it starts,
/// tells readers to come back and never answers with an error of its own, has the index made anew without a restart, shows
/// the same traces, keeps the damaged file, and goes on indexing.
#[tokio::test(flavor = "multi_thread")]
async fn damaged_blocks_of_the_index_heal_without_a_restart() {
    for while_running in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let server = ServerProcess::start(dir.path()).await;
        let api = Api::new(server.http);
        api.register().await;
        let key = api.create_key().await;
        let client = OtlpClient::new(server.grpc, Some(&key));
        client.export(&request("s", scattered(4_000))).await.unwrap();
        api.drained().await;
        let before = api.read("/otel/traces?limit=500").await;
        assert_eq!(server.terminate().await.0, Some(0));
        if !while_running {
            overwrite_blocks(dir.path());
        }
        let server = ServerProcess::start(dir.path()).await;
        let api = Api::new(server.http);
        api.login().await;
        if while_running {
            api.drained().await;
            overwrite_blocks(dir.path());
        }
        let after = junjo_test_support::eventually("the same traces", crate::harness::PATIENCE, || async {
            let (code, page) = api.get("/otel/traces?limit=500").await;
            assert!([200, 503].contains(&code), "{code} {page}");
            let is_whole = page["items"].as_array().is_some_and(|items| items.len() == 500);
            let (code, status) = api.get("/otel/status").await;
            assert_eq!(code, 200, "{status}");
            (is_whole && status["index"] == "ok").then_some(page)
        })
        .await;
        assert_eq!(after["items"], before["items"]);
        let client = OtlpClient::new(server.grpc, Some(&key));
        client.export(&request("s", vec![SpanBuilder::new(1, 1, START).build()])).await.unwrap();
        assert_eq!(api.drained().await["indexed_spans"], 4_001);
        assert!(dir.path().join("quarantine/index-1.duckdb").try_exists().unwrap());
        assert!(!dir.path().join("quarantine/index-2.duckdb").try_exists().unwrap());
        assert_eq!(server.terminate().await.0, Some(0));
    }
}

/// A page of each block of the index but the first, which is read when the file is opened.
fn overwrite_blocks(dir: &Path) {
    use std::os::unix::fs::FileExt as _;
    const HEADERS: u64 = 3 * 4096;
    const BLOCK: u64 = 256 << 10;
    let file = std::fs::OpenOptions::new().write(true).open(dir.join("index.duckdb")).unwrap();
    let blocks = (file.metadata().unwrap().len() - HEADERS) / BLOCK;
    assert!(blocks >= 3, "{blocks}");
    for block in 1..blocks {
        file.write_all_at(&[0xa5; 4096], HEADERS + block * BLOCK + 8192).unwrap();
    }
}

/// Every file and folder from `path` down whose mode lets anybody but its owner in.
fn open_to_others(path: &Path) -> Vec<std::path::PathBuf> {
    let metadata = std::fs::symlink_metadata(path).unwrap();
    let is_open = metadata.permissions().mode() & 0o077 != 0;
    let mut found: Vec<_> = is_open.then(|| path.to_owned()).into_iter().collect();
    if metadata.is_dir() {
        found.extend(
            std::fs::read_dir(path).unwrap().flat_map(|entry| open_to_others(&entry.unwrap().path())),
        );
    }
    found
}

/// The binary on `dir`, started by a shell whose umask is the usual one.
async fn start_with_usual_umask(dir: &Path) -> ServerProcess {
    let binary = ServerProcess::command(dir);
    let mut command = tokio::process::Command::new("/bin/sh");
    command.args(["-c", "umask 022 && exec \"$@\"", "sh"]).arg(binary.as_std().get_program());
    command.args(binary.as_std().get_args()).args(["--seal-seconds=1"]).env_clear();
    command.envs(binary.as_std().get_envs().filter_map(|(name, value)| value.map(|value| (name, value))));
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).kill_on_drop(true);
    ServerProcess::start_command(command).await
}

/// Scenario: a server makes its folder with the usual umask, stores and seals; then all of it is opened to others, as an
/// older version left it, and somebody's own file lies beside it. Guarantee: nobody but the server's account may read or enter
/// anything, after the first start and after the next; the other file is left as it is.
#[tokio::test(flavor = "multi_thread")]
async fn data_folder_is_private() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data");
    let server = start_with_usual_umask(&dir).await;
    let api = Api::new(server.http);
    api.register().await;
    let key = api.create_key().await;
    let client = OtlpClient::new(server.grpc, Some(&key));
    client.export(&request("shop", vec![SpanBuilder::new(1, 1, START).build()])).await.unwrap();
    eventually("a seal", PATIENCE, || async {
        let status = api.read("/otel/status").await;
        (status["archive"]["files"] == 1).then_some(())
    })
    .await;
    assert_eq!(open_to_others(&dir), [] as [&Path; 0]);
    server.terminate().await;

    let everything = std::process::Command::new("chmod").args(["-R", "a+rX"]).arg(&dir).status().unwrap();
    assert!(everything.success() && open_to_others(&dir).len() > 5);
    let foreign = dir.join("notes.txt");
    std::fs::write(&foreign, b"mine").unwrap();
    std::fs::set_permissions(&foreign, std::fs::Permissions::from_mode(0o644)).unwrap();
    let server = start_with_usual_umask(&dir).await;
    assert_eq!(open_to_others(&dir), [foreign]);
    server.terminate().await;
}
