// Package receive is the two OTLP receivers, gRPC and HTTP: authenticate, bound, check, store, acknowledge; in this
// order, and nothing else. A request is acknowledged only after the log's fsync. Nothing is decoded beyond one walk of
// the wire format, and no input may panic the process.
//
// Limits, sentences and codes are those of the server's embedded receiver (crates/ingest).
package receive
