//! Prints what scanning, decoding, promoting and JSON cost per span: `measure CORPUS.bin`, messages with a u32 LE length
//! before each, as `corpus.py` writes them.

#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

use std::time::Instant;

use junjo_span_model::{PriceTable, ScanLimits, Signal, attributes_json, decode_spans, promote, scan};

fn main() {
    let path = std::env::args().nth(1).expect("usage: measure CORPUS.bin");
    let bytes = std::fs::read(path).expect("the corpus can be read");
    let messages = split(&bytes);
    let limits = ScanLimits::default();
    let accepted =
        |message: &[u8]| scan(Signal::Traces, message, &limits).expect("the corpus is sound OTLP").accepted;
    let spans: u32 = messages.iter().map(|message| accepted(message)).sum();
    println!("{spans} spans, {} bytes each", bytes.len() / spans as usize);

    let report = |name: &str, work: &mut dyn FnMut(&[u8])| {
        let best = (0..7).map(|_| {
            let start = Instant::now();
            for message in &messages {
                work(message);
            }
            start.elapsed()
        });
        let best = best.min().unwrap_or_default();
        println!("{name:24} {:.3} µs/span", best.as_secs_f64() * 1e6 / f64::from(spans));
    };
    report("scan", &mut |message| {
        std::hint::black_box(accepted(message));
    });
    report("decode", &mut |message| {
        let _ = decode_spans(message, &mut |_, _, span| drop(std::hint::black_box(span)));
    });
    report("decode, promote", &mut |message| {
        let _ = decode_spans(message, &mut |resource, scope, span| {
            std::hint::black_box(promote(resource, scope, &span, PriceTable::bundled()));
        });
    });
    let mut json = String::new();
    report("decode, attributes_json", &mut |message| {
        let _ = decode_spans(message, &mut |_, _, span| {
            json.clear();
            std::hint::black_box(attributes_json(&span.attributes, &mut json));
        });
    });
}

fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (message, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        messages.push(message);
        bytes = rest;
    }
    messages
}
