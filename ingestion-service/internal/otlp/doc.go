// Package otlp reads OTLP export requests on the wire level: it counts, checks and cuts, and never decodes a message
// into structs. It does no IO and allocates nothing for a sound request. No input may panic it.
//
// What it accepts, and the sentences with which it refuses, are those of the embedded receiver (crates/span_model).
package otlp
