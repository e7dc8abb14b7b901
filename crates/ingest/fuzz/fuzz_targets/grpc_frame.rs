//! gRPC frames in pieces of any size: the pieces do not matter, and a message is never longer than its header says.
#![no_main]

use junjo_ingest::fuzzing::read_grpc;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (piece, body) = input;
    let message = read_grpc(body, usize::from(piece));
    assert_eq!(message, read_grpc(body, usize::MAX));
    if let Some(message) = message {
        assert_eq!(&body[5..], &message[..]);
    }
});
