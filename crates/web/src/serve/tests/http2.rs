//! A client of HTTP/2 that does what no library lets it do: it takes nothing of what it asked for, or floods.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::PATIENCE;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;
/// `:status: 200` of the static table.
const STATUS_OK: u8 = 0x88;

/// Frames that carry nothing, by kind and payload: an empty piece of a body, the others for the connection as a whole.
pub(super) const EMPTY: [(u8, &[u8]); 5] = [
    (DATA, &[]),
    (SETTINGS, &[0, 4, 0, 0, 255, 255]),
    (PING, b"12345678"),
    (WINDOW_UPDATE, &[0, 0, 0, 1]),
    (200, b"unknown"),
];

/// What is known of one stream.
#[derive(Debug, Default, Clone)]
pub(super) struct Answer {
    pub(super) is_ok: Option<bool>,
    pub(super) bytes: usize,
    pub(super) has_ended: bool,
    pub(super) was_reset: bool,
}

/// One connection.
pub(super) struct Http2 {
    stream: TcpStream,
    next: u32,
    pub(super) answers: BTreeMap<u32, Answer>,
    pub(super) was_told_to_go: bool,
    /// Whether each frame of an answer is taken by two window updates.
    pub(super) opens_windows_at_once: bool,
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn header(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [vec![0], text(name), text(value)].concat()
}

fn request(stream: u32, path: &str) -> Vec<u8> {
    request_as("GET", END_STREAM, stream, path)
}

fn request_as(method: &str, flags: u8, stream: u32, path: &str) -> Vec<u8> {
    let head = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "x")];
    let block: Vec<u8> = head.iter().flat_map(|(name, value)| header(name, value)).collect();
    frame(HEADERS, flags | END_HEADERS, stream, &block)
}

impl Http2 {
    /// Begins to speak on `stream`, and takes `window` bytes of each answer.
    pub(super) async fn begin(mut stream: TcpStream, window: u32) -> Self {
        let window = [&4_u16.to_be_bytes()[..], &window.to_be_bytes()].concat();
        stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &window)].concat()).await.unwrap();
        Self {
            stream,
            next: 1,
            answers: BTreeMap::new(),
            was_told_to_go: false,
            opens_windows_at_once: false,
        }
    }

    /// Begins a POST whose body does not end; returns the stream's number.
    pub(super) async fn begin_body(&mut self, path: &str) -> u32 {
        let stream = self.next;
        self.next += 2;
        self.send(request_as("POST", 0, stream, path)).await;
        stream
    }

    /// Sends the same frame again and again, for as long as the server lets it.
    pub(super) async fn repeat(&mut self, kind: u8, stream: u32, payload: &[u8], count: usize) {
        self.send(frame(kind, 0, stream, payload).repeat(count)).await;
    }

    /// Asks for `path`; returns the stream's number.
    pub(super) async fn get(&mut self, path: &str) -> u32 {
        self.get_taking(path, 0).await
    }

    /// The same, with the say that it takes `bytes` more of the answer.
    pub(super) async fn get_taking(&mut self, path: &str, bytes: u32) -> u32 {
        let stream = self.next;
        self.next += 2;
        let update =
            if bytes == 0 { Vec::new() } else { frame(WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes()) };
        self.stream.write_all(&[request(stream, path), update].concat()).await.unwrap();
        stream
    }

    /// Asks `count` times and takes each question back at once, all in one piece.
    pub(super) async fn ask_and_take_back(&mut self, count: u32) {
        let frames = (0..count).flat_map(|number| {
            let stream = self.next + 2 * number;
            [request(stream, "/"), frame(RESET, 0, stream, &8_u32.to_be_bytes())].concat()
        });
        let _ = self.stream.write_all(&frames.collect::<Vec<u8>>()).await;
    }

    /// Takes `bytes` more of all answers.
    pub(super) async fn take(&mut self, bytes: u32) {
        self.stream.write_all(&frame(WINDOW_UPDATE, 0, 0, &bytes.to_be_bytes())).await.unwrap();
    }

    /// Reads until `condition` holds; panics when the connection ends before that.
    pub(super) async fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        while !condition(self) {
            let goes_on = tokio::time::timeout(PATIENCE, self.read()).await;
            assert!(
                goes_on.unwrap_or_else(|_| panic!("{what} does not come")),
                "the end comes before {what}"
            );
        }
    }

    /// Reads until the connection ends.
    pub(super) async fn until_closed(&mut self) {
        let ended = async { while self.read().await {} };
        tokio::time::timeout(PATIENCE, ended).await.expect("the server closes the connection");
    }

    pub(super) fn answer(&self, stream: u32) -> Answer {
        self.answers.get(&stream).cloned().unwrap_or_default()
    }

    /// Reads one frame, and answers what has to be answered; false at the end of the connection.
    async fn read(&mut self) -> bool {
        let mut head = [0; 9];
        if self.stream.read_exact(&mut head).await.is_err() {
            return false;
        }
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        if self.stream.read_exact(&mut payload).await.is_err() {
            return false;
        }
        let answer = self.answers.entry(u32::from_be_bytes(stream)).or_default();
        match kind {
            SETTINGS if flags & ACK == 0 => self.send(frame(SETTINGS, ACK, 0, &[])).await,
            PING if flags & ACK == 0 => self.send(frame(PING, ACK, 0, &payload)).await,
            GOAWAY => self.was_told_to_go = true,
            RESET => answer.was_reset = true,
            HEADERS if answer.is_ok.is_none() => answer.is_ok = Some(payload[0] == STATUS_OK),
            DATA => answer.bytes += payload.len(),
            _ => {}
        }
        if kind == DATA && self.opens_windows_at_once && !payload.is_empty() {
            let bytes = u32::try_from(payload.len()).unwrap().to_be_bytes();
            let of = |stream: [u8; 4]| frame(WINDOW_UPDATE, 0, u32::from_be_bytes(stream), &bytes);
            self.send([of(stream), of([0; 4])].concat()).await;
        }
        if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
            self.answers.entry(u32::from_be_bytes(stream)).or_default().has_ended = true;
        }
        true
    }

    async fn send(&mut self, bytes: Vec<u8>) {
        let _ = self.stream.write_all(&bytes).await;
    }
}
