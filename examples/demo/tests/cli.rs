//! The program as a user starts it: exit code and what it says.

use std::process::{Command, Output};

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_junjo-demo"))
        .args(arguments)
        .env_remove("JUNJO_API_KEY")
        .env_remove("JUNJO_DEMO_ENDPOINT")
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("the demo starts")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("the demo writes UTF-8")
}

/// Started as `make demo` without a key: it fails and says how to make one, without a backtrace.
#[test]
fn start_without_key_says_how_to_get_one() {
    let output = demo(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.starts_with("demo: no API key. Open the server's page"), "{said}");
    assert!(said.ends_with("JUNJO_API_KEY=<key> make demo\n"), "{said}");
}

/// No server on the port: it fails with one line that names the address.
#[test]
fn start_without_server_names_the_address() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let endpoint = format!("http://{}", free.expect("a free port"));
    let output = demo(&["--api-key", "jk_test", "--endpoint", &endpoint]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.starts_with(&format!("demo: no server answers on {endpoint}; start one")), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
