//! Reads the heads of HTTP/2 frames on their way from the network, and stops a connection that sends too many that carry
//! nothing: WINDOW_UPDATE, PING, SETTINGS, PRIORITY, RST_STREAM, frames of unknown kinds, and DATA of a few bytes. h2 takes most
//! of them without end. It changes no byte, and lets HTTP/1.1 pass.
//!
//! | byte of a frame | what (RFC 9113, 4.1) |
//! |---|---|
//! | 0..3 | length of the payload |
//! | 3 | kind |
//! | 4 | flags |
//! | 5..9 | stream |

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::activity::Activity;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEAD_BYTES: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
/// h2 bounds how many follow one head.
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
/// DATA with less than this costs more to keep than it carries, unless it is the last of its stream.
const DATA_BYTES_MIN: usize = 64;

/// The bytes of a connection.
pub(super) struct Watched {
    stream: TcpStream,
    frames: Frames,
    activity: Arc<Activity>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, frames: Frames::Preface { seen: 0 }, activity }
    }
}

/// Where in the bytes of a connection it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frames {
    Preface {
        seen: usize,
    },
    Head {
        bytes: [u8; HEAD_BYTES],
        seen: usize,
    },
    Payload {
        left: usize,
    },
    /// It speaks HTTP/1.1.
    None,
}

impl Frames {
    const NEXT: Self = Self::Head { bytes: [0; HEAD_BYTES], seen: 0 };

    /// Goes on over `bytes`; returns how many frames began that carry nothing.
    fn pass(&mut self, mut bytes: &[u8]) -> u32 {
        let mut empty = 0;
        while !bytes.is_empty() && *self != Self::None {
            let taken;
            (*self, taken) = match *self {
                Self::None => return empty,
                Self::Preface { seen } => after_preface(seen, bytes),
                Self::Payload { left } if left > bytes.len() => {
                    (Self::Payload { left: left - bytes.len() }, bytes.len())
                }
                Self::Payload { left } => (Self::NEXT, left),
                Self::Head { bytes: mut head, seen } => {
                    let taken = bytes.len().min(HEAD_BYTES - seen);
                    for (to, from) in head.iter_mut().skip(seen).zip(bytes) {
                        *to = *from;
                    }
                    if seen + taken < HEAD_BYTES {
                        (Self::Head { bytes: head, seen: seen + taken }, taken)
                    } else {
                        empty += u32::from(carries_nothing(head));
                        (Self::Payload { left: length(head) }, taken)
                    }
                }
            };
            bytes = bytes.split_at(taken).1;
        }
        empty
    }
}

fn after_preface(seen: usize, bytes: &[u8]) -> (Frames, usize) {
    let expected = PREFACE.split_at(seen).1;
    let taken = expected.len().min(bytes.len());
    let next = if !expected.iter().zip(bytes).all(|(expected, byte)| expected == byte) {
        Frames::None
    } else if taken == expected.len() {
        Frames::NEXT
    } else {
        Frames::Preface { seen: seen + taken }
    };
    (next, taken)
}

fn length([a, b, c, ..]: [u8; HEAD_BYTES]) -> usize {
    u32::from_be_bytes([0, a, b, c]) as usize
}

fn carries_nothing(head: [u8; HEAD_BYTES]) -> bool {
    let [_, _, _, kind, flags, ..] = head;
    match kind {
        HEADERS | CONTINUATION => false,
        DATA => length(head) < DATA_BYTES_MIN && flags & END_STREAM == 0,
        _ => true,
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        // whoever runs the connection ends it; nothing more of it is read
        if this.activity.flooding.is_cancelled() {
            return Poll::Pending;
        }
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        let empty = this.frames.pass(buffer.filled().split_at(before).1);
        if empty > 0 && !this.activity.take_empty_frames(empty) {
            buffer.set_filled(before);
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, length: u8) -> Vec<u8> {
        [&[0, 0, length, kind, flags, 0, 0, 0, 1][..], &vec![b'P'; length.into()]].concat()
    }

    /// Scenario: a connection with every kind of frame, read in pieces of any size; and one of HTTP/1.1. Guarantee: those that
    /// carry nothing are counted, whatever the pieces, and nothing of HTTP/1.1 is.
    #[test]
    fn frames_that_carry_nothing_are_counted() {
        let carrying = [frame(1, 4, 30), frame(9, 4, 40), frame(0, 0, 64), frame(0, 1, 0), frame(0, 0, 255)];
        let empty = [2, 3, 4, 6, 7, 8, 10, 200].map(|kind| frame(kind, 0, 8));
        let data = [frame(0, 0, 0), frame(0, 0, 63)];
        let bytes =
            [PREFACE, &carrying.concat(), &empty.concat(), &data.concat(), &carrying.concat()].concat();
        for piece in [1, 2, 7, 9, 24, 100, bytes.len()] {
            let mut frames = Frames::Preface { seen: 0 };
            let count: u32 = bytes.chunks(piece).map(|piece| frames.pass(piece)).sum();
            assert_eq!((count, frames), (10, Frames::NEXT), "in pieces of {piece}");
        }
        let mut frames = Frames::Preface { seen: 0 };
        let request = [&b"PRI * HTTP/1.1\r\n"[..], &vec![0; 1000]].concat();
        assert_eq!((frames.pass(&request), frames), (0, Frames::None));
    }
}
