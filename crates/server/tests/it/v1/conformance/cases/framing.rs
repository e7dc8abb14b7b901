//! How requests are framed and addressed: HTTP methods and paths, gRPC messages cut off, doubled, mislabelled.

use super::super::case::{Case, Packing, Reason, Signal};
use super::super::wire::frame;
use super::small;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = grpc();
    cases.extend(http());
    cases
}

fn framed(name: &str, body: Vec<u8>) -> Case {
    Case::traces(name, Vec::new()).framed(body)
}

fn grpc() -> Vec<Case> {
    let message = small();
    let sound = frame(0, &message);
    let over = u32::try_from((64 << 20) + 1).unwrap().to_be_bytes();
    vec![
        framed("sound frame", sound.clone()),
        framed("sound frame, byte by byte", sound.clone()).chunked(1),
        framed("header cut in two", sound.clone()).chunked(3),
        framed("empty message", frame(0, &[])).partly(0, 0),
        framed("empty message, flagged as gzip", frame(1, &[])).header("grpc-encoding", "gzip").partly(0, 0),
        framed("identity said aloud", sound.clone()).header("grpc-encoding", "identity"),
        framed("encoding said, not used", sound.clone()).header("grpc-encoding", "gzip"),
        framed("application/grpc+proto", sound.clone()).header("content-type", "application/grpc+proto"),
        framed("no body", Vec::new()).refused(Reason::Invalid, "one gRPC message"),
        framed("half a header", sound[..3].to_vec()).refused(Reason::Invalid, "one gRPC message"),
        framed("cut off", sound[..sound.len() - 1].to_vec()).refused(Reason::Invalid, "ends after"),
        framed("two messages", [&sound[..], &sound].concat()).refused(Reason::Invalid, "exactly one message"),
        framed("one byte too many", [&sound[..], b"x"].concat())
            .refused(Reason::Invalid, "exactly one message"),
        framed("unknown flag", frame(2, &message)).refused(Reason::Invalid, "unknown flag 2"),
        framed("compressed with nothing", frame(1, &message))
            .refused(Reason::Invalid, "grpc-encoding is missing"),
        framed("flagged as gzip, plain", frame(1, &message))
            .header("grpc-encoding", "gzip")
            .refused(Reason::Invalid, "does not decompress"),
        framed("unknown compression", frame(1, &message))
            .header("grpc-encoding", "snappy")
            .refused(Reason::Encoding, "snappy"),
        framed("one byte over the limit announced", [&[0][..], &over].concat())
            .refused(Reason::TooLarge, "67108864"),
        framed("4 GiB announced", vec![0, 0xff, 0xff, 0xff, 0xff]).refused(Reason::TooLarge, "67108864"),
        framed("unknown method", sound.clone())
            .to("POST", "/opentelemetry.proto.collector.trace.v1.TraceService/Import")
            .refused(Reason::NoSuchPath, "Export"),
        framed("unknown service", sound.clone())
            .to("POST", "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export")
            .refused(Reason::NoSuchPath, "Export"),
        framed("no gRPC", sound)
            .header("content-type", "application/json")
            .answered(415, &[("grpc-status", None)]),
    ]
}

fn http() -> Vec<Case> {
    let case = |name: &str| Case::traces(name, small()).http();
    let method = |name: &'static str| case(name).to(name, "/v1/traces").refused(Reason::Method, "POST");
    vec![
        case("trailing slash").to("POST", "/v1/traces/"),
        case("query").to("POST", "/v1/traces?x=1"),
        case("no such path").to("POST", "/v1/nope").refused(Reason::NoSuchPath, "/v1/traces"),
        case("path below").to("POST", "/v1/traces/x").refused(Reason::NoSuchPath, "/v1/traces"),
        method("GET"),
        method("PUT"),
        method("DELETE"),
        case("chunked").chunked(7),
        case("chunked, gzip").packed(Packing::Gzip).chunked(16),
        Case::traces("empty logs", Vec::new()).signal(Signal::Logs),
        Case::traces("empty metrics", Vec::new()).signal(Signal::Metrics),
    ]
}
