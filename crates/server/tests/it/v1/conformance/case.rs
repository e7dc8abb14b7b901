//! What a case is: one request, the answer that every receiver must give, and what the API shows afterwards. Data only;
//! differences between receivers that we decided on are part of the data.

use serde_json::Value;

/// Ids of the captured requests, which each case replaces by ids of its own.
pub(crate) const TRACE_ID: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// How a request travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Grpc,
    Http,
}

/// The signals of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Logs,
    Metrics,
}

/// What a body is made of before it is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Protobuf,
    Json,
}

/// Compressions, as the bytes really are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    /// zlib's format.
    Deflate,
    Zstd,
}

/// Why a request is refused: each is one status, code and set of headers (`Reason::spelling`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Unauthenticated,
    Invalid,
    TooLarge,
    ContentType,
    Encoding,
    Unavailable,
    NoSuchPath,
    Method,
}

impl Reason {
    /// HTTP status, code in its body, gRPC code.
    pub(crate) const fn spelling(self) -> (u16, i32, i32) {
        match self {
            Self::Unauthenticated => (401, 16, 16),
            Self::Invalid => (400, 3, 3),
            Self::TooLarge => (413, 3, 3),
            Self::ContentType => (415, 3, 3),
            Self::Encoding => (415, 12, 12),
            Self::Unavailable => (503, 14, 14),
            Self::NoSuchPath => (404, 5, 12),
            Self::Method => (405, 12, 12),
        }
    }
}

/// The answer that a request must get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Acknowledged; so many items were left out (`partial_success`).
    Accepted { rejected: i64 },
    /// Not acknowledged, and the sentence contains this.
    Refused(Reason, &'static str),
    /// An answer of HTTP itself: status, and headers with their exact values (`None`: absent).
    Http(u16, &'static [(&'static str, Option<&'static str>)]),
}

impl Expected {
    pub(crate) const OK: Self = Self::Accepted { rejected: 0 };

    /// Whether the request is acknowledged.
    pub(crate) fn is_success(&self) -> bool {
        matches!(self, Self::Accepted { .. } | Self::Http(200, _))
    }
}

/// A request. In a header, `{key}` stands for a good API key, `{basic:a:b}` for the base64 of `a:b` with it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) signal: Signal,
    pub(crate) format: Format,
    pub(crate) packing: Packing,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// HTTP: chunks of so many bytes instead of a length. gRPC: frames of HTTP/2 of that size.
    pub(crate) chunk: Option<usize>,
    /// gRPC: the body is sent as it is, not as one message of it.
    pub(crate) is_framed: bool,
}

/// One row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) over: Vec<Transport>,
    pub(crate) sent: Sent,
    pub(crate) expected: Expected,
    /// What our Go service answers where that differs on purpose.
    pub(crate) from_go: Option<Expected>,
    /// How many spans are acknowledged, repeated ones included.
    pub(crate) accepted_spans: u64,
    /// What the API shows of the case's trace afterwards.
    pub(crate) shown: Shown,
}

/// What the API shows of a case's trace.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shown {
    /// No such trace.
    Nothing,
    /// So many spans.
    Count(usize),
    /// These, in order of span id: every member given here is in the span's page.
    Spans(Vec<Value>),
}

impl Case {
    /// A protobuf request for traces with one span, accepted over both transports.
    pub(crate) fn traces(name: &str, body: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            over: vec![Transport::Grpc, Transport::Http],
            sent: Sent {
                method: "POST",
                path: "/v1/traces".to_owned(),
                signal: Signal::Traces,
                format: Format::Protobuf,
                packing: Packing::Plain,
                headers: vec![("x-junjo-api-key", "{key}".to_owned())],
                body,
                chunk: None,
                is_framed: false,
            },
            expected: Expected::OK,
            from_go: None,
            accepted_spans: 1,
            shown: Shown::Count(1),
        }
    }

    /// A JSON request over HTTP, which only the embedded receiver reads.
    pub(crate) fn json(name: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut case = Self::traces(name, body.into()).http();
        case.sent.format = Format::Json;
        case.from_go = Some(Expected::Refused(Reason::ContentType, "application/x-protobuf"));
        case
    }

    pub(crate) fn http(mut self) -> Self {
        self.over = vec![Transport::Http];
        self
    }

    pub(crate) fn grpc(mut self) -> Self {
        self.over = vec![Transport::Grpc];
        self
    }

    pub(crate) fn signal(mut self, signal: Signal) -> Self {
        self.sent.signal = signal;
        let name = match signal {
            Signal::Traces => "traces",
            Signal::Logs => "logs",
            Signal::Metrics => "metrics",
        };
        self.sent.path = format!("/v1/{name}");
        (self.accepted_spans, self.shown) = (0, Shown::Nothing);
        self
    }

    pub(crate) fn packed(mut self, packing: Packing) -> Self {
        self.sent.packing = packing;
        self
    }

    pub(crate) fn chunked(mut self, bytes: usize) -> Self {
        self.sent.chunk = Some(bytes);
        self
    }

    /// gRPC: `body` is the framed stream itself.
    pub(crate) fn framed(mut self, body: Vec<u8>) -> Self {
        self.sent.body = body;
        self.sent.is_framed = true;
        self.grpc()
    }

    pub(crate) fn to(mut self, method: &'static str, path: &str) -> Self {
        (self.sent.method, self.sent.path) = (method, path.to_owned());
        self
    }

    /// One more header, or another value for one that is there.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.sent.headers.retain(|(known, _)| *known != name);
        self.sent.headers.push((name, value.to_owned()));
        self
    }

    /// These headers instead of the key.
    pub(crate) fn only_headers(mut self, headers: &[(&'static str, &str)]) -> Self {
        self.sent.headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self
    }

    /// Refused, also by Go unless said otherwise.
    pub(crate) fn refused(mut self, reason: Reason, says: &'static str) -> Self {
        self.expected = Expected::Refused(reason, says);
        (self.accepted_spans, self.shown) = (0, Shown::Nothing);
        self
    }

    /// Acknowledged with `rejected` items left out and `accepted` kept.
    pub(crate) fn partly(mut self, accepted: u64, rejected: i64) -> Self {
        self.expected = Expected::Accepted { rejected };
        self.accepted_spans = accepted;
        if accepted == 0 {
            self.shown = Shown::Nothing;
        }
        self
    }

    pub(crate) fn answered(
        mut self,
        status: u16,
        headers: &'static [(&'static str, Option<&'static str>)],
    ) -> Self {
        self.expected = Expected::Http(status, headers);
        (self.accepted_spans, self.shown) = (0, Shown::Nothing);
        self
    }

    /// What Go answers instead, on purpose.
    pub(crate) fn go(mut self, expected: Expected) -> Self {
        self.from_go = Some(expected);
        self
    }

    /// `accepted` spans arrive, and the API shows `shown`.
    pub(crate) fn count(mut self, accepted: u64, shown: usize) -> Self {
        (self.accepted_spans, self.shown) = (accepted, Shown::Count(shown));
        self
    }

    /// So many spans are acknowledged, repeated ones included.
    pub(crate) fn count_accepted(mut self, spans: u64) -> Self {
        self.accepted_spans = spans;
        self
    }

    /// The API shows these spans.
    pub(crate) fn shown(mut self, spans: Vec<Value>) -> Self {
        self.accepted_spans = self.accepted_spans.max(spans.len() as u64);
        self.shown = Shown::Spans(spans);
        self
    }
}
