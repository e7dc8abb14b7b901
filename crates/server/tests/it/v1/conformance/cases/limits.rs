//! Sizes around each limit: the last one that is accepted, and the first that is not.

use prost::Message as _;

use super::super::case::{Case, Format, Packing, Reason};
use super::{nested, request, span};

/// Settings of both sides that make limits small enough to walk around them.
pub(crate) const SMALL_ON_SERVER: [&str; 3] =
    ["--message-max-bytes=100K", "--request-max-items=100", "--value-max-depth=8"];
pub(crate) const SMALL_ON_GO: [(&str, &str); 3] =
    [("JUNJO_MESSAGE_MAX_BYTES", "100K"), ("JUNJO_REQUEST_MAX_ITEMS", "100"), ("JUNJO_VALUE_MAX_DEPTH", "8")];
const SMALL: usize = 100 << 10;
const WHOLE: usize = 64 << 20;

/// A request of exactly so many bytes.
fn of_bytes(bytes: usize) -> Vec<u8> {
    let mut pad = bytes - 200;
    for _ in 0..10 {
        let mut padded = span(1);
        padded.attributes.push(junjo_test_support::text("input.value", &"x".repeat(pad)));
        let message = request(vec![padded]).encode_to_vec();
        if message.len() == bytes {
            return message;
        }
        pad = pad + bytes - message.len();
    }
    panic!("no padding makes {bytes} bytes");
}

/// Around the small limits.
pub(crate) fn small() -> Vec<Case> {
    let mut cases = Vec::new();
    for packing in [Packing::Plain, Packing::Gzip, Packing::Deflate, Packing::Zstd] {
        let case = |name: &str, bytes: usize| {
            Case::traces(&format!("{packing:?} {name}"), of_bytes(bytes)).packed(packing)
        };
        cases.push(case("at the limit", SMALL));
        cases.push(case("one byte over", SMALL + 1).refused(Reason::TooLarge, "102400"));
        cases.push(case("bomb", 50 << 20).refused(Reason::TooLarge, "102400"));
        cases.push(case("chunked at the limit", SMALL).chunked(4000));
        cases
            .push(case("chunked one byte over", SMALL + 1).chunked(4000).refused(Reason::TooLarge, "102400"));
    }
    let many = |count: u64| request((1..=count).map(span).collect()).encode_to_vec();
    cases.push(Case::traces("as many spans as allowed", many(100)).count(100, 100));
    cases.push(Case::traces("one span too many", many(101)).refused(Reason::Invalid, "100 items"));
    cases.push(Case::traces("as deep as allowed", nested(7)));
    cases.push(Case::traces("too deep", nested(9)).refused(Reason::Invalid, "8 levels"));
    let mut json =
        Case::json("json over the limit", vec![b' '; SMALL + 1]).refused(Reason::TooLarge, "102400");
    assert_eq!(json.sent.format, Format::Json);
    json.sent.packing = Packing::Gzip;
    cases.push(json);
    cases
}

/// Around the limits that a server has without settings.
pub(crate) fn whole() -> Vec<Case> {
    let bomb = |packing| {
        Case::traces(&format!("200 MB of zeros in {packing:?}"), vec![0; 200 << 20])
            .packed(packing)
            .refused(Reason::TooLarge, "67108864")
    };
    vec![
        Case::traces("64 MiB", of_bytes(WHOLE)),
        Case::traces("64 MiB in gzip", of_bytes(WHOLE)).packed(Packing::Gzip),
        Case::traces("one byte over", of_bytes(WHOLE + 1)).refused(Reason::TooLarge, "67108864"),
        bomb(Packing::Gzip).http(),
        bomb(Packing::Deflate).http(),
        bomb(Packing::Zstd).grpc(),
    ]
}
