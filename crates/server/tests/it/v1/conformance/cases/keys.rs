//! Where keys are looked for, in order, and what wrong ones get.

use super::super::case::{Case, Reason};
use super::small;

const NO_KEY: &str = "no API key";
const WRONG: &str = "invalid API key";

fn with(name: &str, headers: &[(&'static str, &str)]) -> Case {
    Case::traces(name, small()).only_headers(headers)
}

pub(crate) fn cases() -> Vec<Case> {
    let long = "k".repeat(4000);
    vec![
        with("x-junjo-api-key", &[("x-junjo-api-key", "{key}")]),
        with("x-api-key", &[("x-api-key", "{key}")]),
        with("bearer", &[("authorization", "Bearer {key}")]),
        with("bearer in lower case, blanks", &[("authorization", "bearer   {key} ")]),
        with("basic, key as password", &[("authorization", "Basic {basic:user:key}")]),
        with("basic, key as user", &[("authorization", "basic {basic:key:}")]),
        with("first good, second wrong", &[("x-junjo-api-key", "{key}"), ("x-api-key", "wrong")]),
        with("second good, third wrong", &[("x-api-key", "{key}"), ("authorization", "Bearer wrong")]),
        with("first wrong, second good", &[("x-junjo-api-key", "wrong"), ("x-api-key", "{key}")])
            .refused(Reason::Unauthenticated, WRONG),
        with("second wrong, third good", &[("x-api-key", "wrong"), ("authorization", "Bearer {key}")])
            .refused(Reason::Unauthenticated, WRONG),
        with("no key", &[]).refused(Reason::Unauthenticated, NO_KEY),
        with("empty key", &[("x-junjo-api-key", "")]).refused(Reason::Unauthenticated, NO_KEY),
        with("empty bearer", &[("authorization", "Bearer ")]).refused(Reason::Unauthenticated, NO_KEY),
        with("another scheme", &[("authorization", "Digest {key}")]).refused(Reason::Unauthenticated, NO_KEY),
        with("basic that is no base64", &[("authorization", "Basic %%%")])
            .refused(Reason::Unauthenticated, NO_KEY),
        with("wrong key", &[("x-junjo-api-key", "wrong")]).refused(Reason::Unauthenticated, WRONG),
        with("key with a tail", &[("x-junjo-api-key", "{key}x")]).refused(Reason::Unauthenticated, WRONG),
        with("very long key", &[("x-junjo-api-key", &long)]).refused(Reason::Unauthenticated, WRONG),
        // the key is judged before the body
        with("wrong key and garbage", &[("x-api-key", "wrong"), ("content-encoding", "br")])
            .http()
            .refused(Reason::Unauthenticated, WRONG),
    ]
}
