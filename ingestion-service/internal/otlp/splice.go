package otlp

// Cutting messages on the wire level: the bytes of everything that stays are as they were sent.

// itemPath leads from the request to its items: ResourceSpans, ScopeSpans, Span, and the same in logs.
var itemPath = []uint32{1, 2, 2}

// WithoutRejected appends to out the bytes of message without its rejected items: enclosing lengths fixed, unknown
// fields kept. It is for messages that Scan accepted with Rejected > 0; a broken one comes back as it was.
func WithoutRejected(out []byte, signal Signal, message []byte) []byte {
	start := len(out)
	kept, err := copyKept(out, signal, message, itemPath)
	if err != nil {
		return append(out[:start], message...)
	}
	return kept
}

// copyKept copies message field by field; path leads to the items.
func copyKept(out []byte, signal Signal, message []byte, path []uint32) ([]byte, error) {
	r := reader{rest: message}
	for {
		before := r.rest
		f, ok, err := r.next()
		if err != nil || !ok {
			return out, err
		}
		if f.kind == wireBytes && f.number == path[0] {
			if len(path) == 1 {
				if itemRejection(signal, f.bytes) != nil {
					continue
				}
			} else {
				kept, err := copyKept(nil, signal, f.bytes, path[1:])
				if err != nil {
					return out, err
				}
				if len(kept) != len(f.bytes) {
					out = appendDelimited(out, f.number, kept)
					continue
				}
			}
		}
		out = append(out, before[:len(before)-len(r.rest)]...)
	}
}

// Spans calls visit for every span of an ExportTraceServiceRequest in order, with its ordinal, its bytes and the bytes
// of its resource. Both are as received and valid only during the call. It stops at the first error of visit.
func Spans(message []byte, visit func(ordinal uint32, span, resource []byte) error) error {
	ordinal := uint32(0)
	return each(message, 1, func(resourceSpans []byte) error {
		var resource []byte
		resources := 0
		err := each(resourceSpans, 1, func(bytes []byte) error {
			// protobuf merges a repeated message by appending its bytes; the first is taken without a copy
			if resources++; resources == 1 {
				resource = bytes
			} else {
				resource = append(resource[:len(resource):len(resource)], bytes...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return each(resourceSpans, 2, func(scopeSpans []byte) error {
			return each(scopeSpans, 2, func(span []byte) error {
				ordinal++
				return visit(ordinal-1, span, resource)
			})
		})
	})
}

// each calls visit for every length-delimited field with this number.
func each(message []byte, number uint32, visit func([]byte) error) error {
	r := reader{rest: message}
	for {
		f, ok, err := r.next()
		if err != nil || !ok {
			return err
		}
		if f.number != number || f.kind != wireBytes {
			continue
		}
		if err := visit(f.bytes); err != nil {
			return err
		}
	}
}
