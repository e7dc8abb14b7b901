//! Bodies that are broken, compressed, mislabelled or of another time.

use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;

use super::super::case::{Case, Packing, Reason};
use super::{captured, nested, request, small, span};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = raw();
    cases.extend(packed());
    cases.extend(labelled());
    cases
}

/// The script's raw bytes, and more.
fn raw() -> Vec<Case> {
    let raw = captured("no resource");
    let invalid = |name: &str, body: Vec<u8>| Case::traces(name, body).refused(Reason::Invalid, "");
    let replaced = |with: &[u8]| {
        let at = raw.windows(11).position(|window| window == b"no resource").unwrap();
        let mut bytes = raw.clone();
        bytes[at..at + 11].copy_from_slice(with);
        bytes
    };
    let state = Span { trace_state: "vendor=\u{fc}".to_owned(), ..span(1) };
    vec![
        Case::traces("protobuf", raw.clone()).shown(vec![json!({"name": "no resource"})]),
        Case::traces("empty body", Vec::new()).partly(0, 0),
        invalid("truncated protobuf", raw[..raw.len() - 3].to_vec()),
        invalid("garbage", [0xff, 0xfe, 0xfd].repeat(10)),
        invalid("text", b"hello, world".to_vec()),
        Case::traces("unknown fields", [&raw[..], b"\xfa\x3f\x03abc"].concat())
            .shown(vec![json!({"name": "no resource"})]),
        Case::traces("invalid utf8 name", replaced(b"no\xff\xferesourc"))
            .shown(vec![json!({"name": "no\u{fffd}\u{fffd}resourc"})]),
        Case::traces("trace state of any text", request(vec![state]).encode_to_vec())
            .shown(vec![json!({"trace_state": "vendor=\u{fc}"})]),
        Case::traces("values 64 deep", nested(63)),
        invalid("values too deep", nested(65)).refused(Reason::Invalid, "deeper than 64 levels"),
        invalid("values 10,000 deep", nested(10_000)).refused(Reason::Invalid, "deeper than 64 levels"),
    ]
}

/// Compressions, right and wrong.
fn packed() -> Vec<Case> {
    let case = |name: &str| Case::traces(name, small());
    let broken = |name: &str, encoding: &str| {
        case(name).http().header("content-encoding", encoding).refused(Reason::Invalid, "does not decompress")
    };
    vec![
        case("gzip").packed(Packing::Gzip),
        case("deflate").packed(Packing::Deflate),
        case("zstd").packed(Packing::Zstd),
        case("identity said aloud").http().header("content-encoding", "identity"),
        case("x-gzip").http().packed(Packing::Gzip).header("content-encoding", "x-gzip"),
        case("GZip in capitals").http().packed(Packing::Gzip).header("content-encoding", "GZip"),
        broken("gzip header, plain body", "gzip"),
        broken("deflate header, plain body", "deflate"),
        broken("zstd header, plain body", "zstd"),
        case("gzip body, zstd header")
            .http()
            .packed(Packing::Gzip)
            .header("content-encoding", "zstd")
            .refused(Reason::Invalid, "does not decompress"),
        case("unknown encoding").http().header("content-encoding", "br").refused(Reason::Encoding, "br"),
        case("two encodings")
            .http()
            .header("content-encoding", "gzip, gzip")
            .refused(Reason::Encoding, "gzip, gzip"),
        Case::traces("gzip of nothing", Vec::new()).packed(Packing::Gzip).partly(0, 0),
    ]
}

/// Content types.
fn labelled() -> Vec<Case> {
    let case = |name: &str| Case::traces(name, small()).http();
    let unknown = |name: &str, kind: &str| {
        case(name).header("content-type", kind).refused(Reason::ContentType, "application/x-protobuf")
    };
    vec![
        case("content type with parameter").header("content-type", "application/x-protobuf; v=1"),
        case("content type in capitals").header("content-type", "Application/X-Protobuf"),
        unknown("text/plain", "text/plain"),
        unknown("application/protobuf", "application/protobuf"),
        unknown("octets", "application/octet-stream"),
    ]
}
