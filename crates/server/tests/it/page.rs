//! The page and its files.

use std::io::Read as _;

use reqwest::{Method, Response};
use serde_json::json;

use crate::harness::TestServer;

/// Scenario: a browser asks for the page, an unknown page address and a missing file. Guarantee: the page (or the
/// hint how to build it) for navigation, 404 problem for anything else; security headers on all.
#[tokio::test(flavor = "multi_thread")]
async fn page_addresses_get_the_page_and_security_headers() {
    let server = TestServer::start().await;
    for path in ["/", "/traces/anything"] {
        let response = server.api.call(Method::GET, path).header("accept", "text/html").send().await.unwrap();
        assert!(matches!(response.status().as_u16(), 200 | 404));
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        let text = response.text().await.unwrap();
        assert!(text.contains("<html") || text.contains("make run"), "{text}");
    }
    let (status, problem) = server.api.get("/assets/missing.js").await;
    assert_eq!((status, &problem["status"]), (404, &json!(404)));
    server.stop().await;
}

async fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = server.api.call(Method::GET, path);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

/// What the answer depends on besides the origin.
fn varies(response: &Response) -> Vec<&str> {
    let values = response.headers().get_all("vary").iter().map(|value| value.to_str().unwrap());
    values.filter(|value| *value != "Origin").collect()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// A script of the page; `None`, and loudly, when this build has no page. In CI it has to have one.
async fn script(server: &TestServer) -> Option<String> {
    let page = get(server, "/", &[("accept", "text/html")]).await.text().await.unwrap();
    let script = page.split('"').find(|part| part.starts_with("/assets/index-") && part.contains(".js"));
    if script.is_none() {
        assert!(std::env::var_os("CI").is_none(), "the page is not built");
        eprintln!("SKIPPED, NOT PASSED: the page is not built");
    }
    script.map(str::to_owned)
}

/// Scenario: a script of the page for callers that name brotli, gzip, something else, or nothing, and again with the tag of what
/// they got. Guarantee: each gets what the build has made, with a tag of its own that is recognised; caches are told; the
/// compressed files have no address.
#[tokio::test(flavor = "multi_thread")]
async fn page_files_come_compressed_from_the_build() {
    let server = TestServer::start().await;
    let Some(script) = script(&server).await else { return };
    let plain = get(&server, &script, &[]).await;
    assert_eq!((header(&plain, "content-encoding"), varies(&plain)), ("", vec!["accept-encoding"]));
    let mut tags = vec![header(&plain, "etag").to_owned()];
    let plain = plain.bytes().await.unwrap();
    for (accepted, encoding) in
        [("gzip, deflate, br, zstd", "br"), ("gzip;q=0.5, br;q=0", "gzip"), ("zstd", "")]
    {
        let asked = ("accept-encoding", accepted);
        let answer = get(&server, &script, &[asked]).await;
        assert_eq!(
            (header(&answer, "content-encoding"), varies(&answer)),
            (encoding, vec!["accept-encoding"])
        );
        assert!(header(&answer, "content-type").ends_with("javascript"));
        let tag = header(&answer, "etag").to_owned();
        let again = get(&server, &script, &[asked, ("if-none-match", &tag)]).await;
        assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, &*tag), "{accepted}");
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(bytes.len() < plain.len(), !encoding.is_empty(), "{accepted}");
        if encoding == "gzip" {
            let mut decoded = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut decoded).unwrap();
            assert_eq!(decoded, plain);
        }
        tags.push(tag);
    }
    assert_eq!(tags[0], tags[3], "the plain form, whoever asks");
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "{tags:?}");
    for ending in [".br", ".gz"] {
        assert_eq!(get(&server, &format!("{script}{ending}"), &[]).await.status(), 404);
    }
    server.stop().await;
}

/// Scenario: the API's description and the scripts of /docs for a browser that takes every encoding. Guarantee: the
/// former is compressed, with zstd; the latter are sent as they are in the program.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_made_is_compressed() {
    let server = TestServer::start().await;
    let asked = [("accept-encoding", "gzip, deflate, br, zstd")];
    let document = get(&server, "/openapi.json", &asked).await;
    assert_eq!(header(&document, "content-encoding"), "zstd");
    let document = zstd::decode_all(&document.bytes().await.unwrap()[..]).unwrap();
    assert_eq!(document, get(&server, "/openapi.json", &[]).await.bytes().await.unwrap());
    let docs = get(&server, "/docs/", &asked).await;
    assert_eq!((docs.status().as_u16(), header(&docs, "content-encoding")), (200, ""));
    let settings = get(&server, "/docs/swagger-initializer.js", &asked).await;
    assert!(settings.text().await.unwrap().contains("/openapi.json"));
    let bundle = get(&server, "/docs/swagger-ui-bundle.js", &asked).await;
    assert_eq!((bundle.status().as_u16(), header(&bundle, "content-encoding")), (200, ""));
    assert!(bundle.bytes().await.unwrap().len() > 1_000_000);
    server.stop().await;
}
