//! Requests as browsers make them: preflights without a key, and requests with an origin.

use super::super::case::{Case, Expected, Reason};
use super::small;

const ORIGIN: &str = "https://app.example";
const ASKED: &str = "content-type,x-api-key,traceparent,x-custom";
/// The Go service grants nothing to browsers: they reach the server's main port.
const FROM_GO: Expected = Expected::Refused(Reason::Method, "POST");

pub(crate) fn cases() -> Vec<Case> {
    let preflight = |name: &str| {
        Case::traces(name, Vec::new())
            .http()
            .to("OPTIONS", "/v1/traces")
            .only_headers(&[("origin", ORIGIN), ("access-control-request-method", "POST")])
    };
    let from_page = |name: &str| Case::traces(name, small()).http().header("origin", ORIGIN);
    vec![
        preflight("cors preflight")
            .header("access-control-request-headers", ASKED)
            .answered(
                204,
                &[
                    ("access-control-allow-origin", Some("*")),
                    ("access-control-allow-methods", Some("POST")),
                    ("access-control-allow-headers", Some(ASKED)),
                    ("access-control-allow-credentials", None),
                    ("access-control-max-age", Some("7200")),
                ],
            )
            .go(FROM_GO),
        preflight("preflight of logs with a slash")
            .to("OPTIONS", "/v1/logs/")
            .answered(204, &[("access-control-allow-origin", Some("*"))])
            .go(FROM_GO),
        from_page("request from a page")
            .answered(
                200,
                &[
                    ("access-control-allow-origin", Some("*")),
                    ("access-control-expose-headers", Some("retry-after")),
                    ("access-control-allow-credentials", None),
                    ("vary", Some("origin")),
                ],
            )
            .count(1, 1)
            .go(Expected::Http(200, &[("access-control-allow-origin", None)])),
        from_page("refusal from a page")
            .header("x-junjo-api-key", "wrong")
            .answered(401, &[("access-control-allow-origin", Some("*"))])
            .go(Expected::Http(401, &[("access-control-allow-origin", None)])),
        from_page("unknown path from a page")
            .to("POST", "/v1/nope")
            .answered(404, &[("access-control-allow-origin", Some("*"))])
            .go(Expected::Http(404, &[("access-control-allow-origin", None)])),
        Case::traces("no browser", small())
            .http()
            .answered(200, &[("access-control-allow-origin", None)])
            .count(1, 1),
        // a cookie, and the marks of another site, mean nothing here
        from_page("cross-site with a cookie")
            .header("cookie", "session=abc")
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "cors")
            .answered(200, &[("set-cookie", None)])
            .count(1, 1),
    ]
}
