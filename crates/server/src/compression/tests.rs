//! Which answers are compressed, and what that holds.

use std::io::Read as _;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use futures::StreamExt as _;
use http_body_util::BodyExt as _;
use junjo_memory::Shares;

use super::*;

const TEXT: &str = "{\"name\": \"a span like all the others\"}\n";

struct Fixture {
    memory: Memory,
    encoders: Encoders,
    routes: Router,
}

impl Fixture {
    fn new() -> Self {
        let memory = Memory::new(&Shares::of(256 << 20));
        let encoders = Encoders::new(memory.clone());
        let dense = async || ([(header::CONTENT_TYPE, "image/png")], TEXT.repeat(1000));
        let noise = async || {
            let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
            std::iter::successors(Some(7), next)
                .map(|state| (state >> 56) as u8)
                .take(100_000)
                .collect::<Vec<_>>()
        };
        let stream = async || {
            Body::from_stream(
                futures::stream::iter(0..1000)
                    .map(|_| Ok::<_, io::Error>(Bytes::from_static(TEXT.as_bytes()))),
            )
        };
        let routes = Router::new()
            .route("/whole", get(async || TEXT.repeat(1000)))
            .route("/stream", get(stream))
            .route("/small", get(async || TEXT))
            .route("/dense", get(dense))
            .route("/noise", get(noise))
            .route("/empty", get(async || http::StatusCode::NO_CONTENT))
            .layer(from_fn_with_state(encoders.clone(), compress));
        Self { memory, encoders, routes }
    }

    async fn get(&self, path: &str, accepted: &str) -> Response {
        let request =
            Request::get(path).header(header::ACCEPT_ENCODING, accepted).body(Body::empty()).unwrap();
        self.routes.clone().oneshot(request).await.unwrap()
    }

    fn used_bytes(&self) -> u64 {
        self.memory.usage()[Part::Compress as usize].used_bytes
    }
}

fn encoding_of(response: &Response) -> &str {
    response.headers().get(header::CONTENT_ENCODING).map_or("", |encoding| encoding.to_str().unwrap())
}

async fn text_of(response: Response) -> String {
    let encoding = encoding_of(&response).to_owned();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let mut text = String::new();
    match encoding.as_str() {
        "zstd" => zstd::Decoder::new(&bytes[..]).unwrap().read_to_string(&mut text).unwrap(),
        "gzip" => flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap(),
        _ => (&bytes[..]).read_to_string(&mut text).unwrap(),
    };
    text
}

/// Scenario: answers made as a whole and streamed, for callers that name different encodings. Guarantee: zstd before gzip,
/// nothing else, the text is the same, caches are told, and no encoder stays taken.
#[tokio::test]
async fn answers_are_compressed_as_asked() {
    let fixture = Fixture::new();
    for path in ["/whole", "/stream"] {
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", "zstd"),
            ("gzip", "gzip"),
            ("br", ""),
            ("deflate, zstd;q=0", ""),
            ("", ""),
        ] {
            let response = fixture.get(path, accepted).await;
            assert_eq!(encoding_of(&response), encoding, "{path} {accepted}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            assert_eq!(text_of(response).await, TEXT.repeat(1000), "{path} {accepted}");
        }
    }
    assert_eq!((fixture.used_bytes(), fixture.encoders.free.available_permits()), (0, ENCODERS_MAX));
}

/// Scenario: small, dense and empty answers, and one that does not shrink. Guarantee: they are sent as they are.
#[tokio::test]
async fn what_does_not_shrink_is_left() {
    let fixture = Fixture::new();
    for path in ["/small", "/dense", "/empty", "/noise"] {
        let response = fixture.get(path, "gzip, zstd").await;
        assert_eq!(encoding_of(&response), "", "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes.is_empty(), path == "/empty");
    }
}

/// Scenario: readers of compressed streams hold every encoder. Guarantee: the next answers are sent uncompressed, and
/// compressed again once a reader has gone.
#[tokio::test]
async fn without_a_free_encoder_answers_are_plain() {
    let fixture = Fixture::new();
    let mut readers = Vec::new();
    loop {
        let reader = fixture.get("/stream", "zstd").await;
        if encoding_of(&reader).is_empty() {
            break;
        }
        readers.push(reader);
    }
    assert!((1..=ENCODERS_MAX).contains(&readers.len()));
    assert!(fixture.used_bytes() <= fixture.memory.bytes_max(Part::Compress));
    let whole = fixture.get("/whole", "zstd").await;
    assert_eq!(encoding_of(&whole), "");
    assert_eq!(text_of(whole).await, TEXT.repeat(1000));
    readers.pop();
    assert_eq!(encoding_of(&fixture.get("/whole", "zstd").await), "zstd");
    readers.clear();
    assert_eq!(fixture.used_bytes(), 0);
}
