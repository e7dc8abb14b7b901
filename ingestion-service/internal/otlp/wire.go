package otlp

import (
	"encoding/binary"
	"errors"
)

// Protobuf's wire format: tags, varints, fixed numbers, length-delimited bytes; nothing of OTLP.
// Encoding: https://protobuf.dev/programming-guides/encoding/. Deprecated groups are skipped, as every reader must.

const (
	// groupDepthMax: OTLP has no groups, so only a hostile client nests them.
	groupDepthMax = 32
	// fieldNumberMax is the highest field number that protobuf allows (2^29 - 1).
	fieldNumberMax = 1<<29 - 1
)

// Why bytes are no protobuf message.
var (
	errTruncated   = errors.New("the protobuf message is cut off inside a field; send the whole message")
	errVarint      = errors.New("the protobuf message has a varint of more than 64 bits; check that the body is OTLP protobuf")
	errFieldNumber = errors.New("the protobuf message has an impossible field number; check that the body is OTLP protobuf")
	errWireType    = errors.New("the protobuf message has an unknown wire type; check that the body is OTLP protobuf")
	errGroup       = errors.New("the protobuf message has a broken group; check that the body is OTLP protobuf")
)

type wireType uint8

const (
	wireVarint  wireType = 0
	wireFixed64 wireType = 1
	wireBytes   wireType = 2
	wireGroup   wireType = 3
	wireEnd     wireType = 4
	wireFixed32 wireType = 5
)

// field is one field as it stands on the wire; bytes is set for length-delimited ones only.
type field struct {
	bytes  []byte
	number uint32
	kind   wireType
}

// reader reads the fields of one message in order.
type reader struct {
	rest []byte
}

// next returns the next field, or false at the end of the message.
func (r *reader) next() (field, bool, error) {
	if len(r.rest) == 0 {
		return field{}, false, nil
	}
	// most fields are bytes with a small number and an ordinary length: one byte of tag, one or two of length
	if rest := r.rest; len(rest) >= 3 && rest[0]&0x87 == byte(wireBytes) && rest[0] > 7 {
		start, length := 2, int(rest[1])
		if length >= 0x80 {
			start, length = 3, length&0x7f|int(rest[2])<<7
		}
		if length <= len(rest)-start && (start == 2 || rest[2] < 0x80) {
			r.rest = rest[start+length:]
			return field{number: uint32(rest[0] >> 3), kind: wireBytes, bytes: rest[start : start+length]}, true, nil
		}
	}
	number, kind, err := r.tag()
	if err != nil {
		return field{}, false, err
	}
	var bytes []byte
	switch kind {
	case wireBytes:
		bytes, err = r.delimited()
	case wireGroup:
		err = r.skipGroup(number, 1)
	case wireEnd:
		err = errGroup
	default:
		err = r.skip(kind)
	}
	if err != nil {
		return field{}, false, err
	}
	return field{number: number, kind: kind, bytes: bytes}, true, nil
}

func (r *reader) varint() (uint64, error) {
	if len(r.rest) > 0 && r.rest[0] < 0x80 {
		value := uint64(r.rest[0])
		r.rest = r.rest[1:]
		return value, nil
	}
	value, n := binary.Uvarint(r.rest)
	switch {
	case n > 0:
		r.rest = r.rest[n:]
		return value, nil
	case n == 0 && len(r.rest) < binary.MaxVarintLen64:
		return 0, errTruncated
	default:
		return 0, errVarint
	}
}

func (r *reader) tag() (uint32, wireType, error) {
	tag, err := r.varint()
	if err != nil {
		return 0, 0, err
	}
	number := tag >> 3
	if number == 0 || number > fieldNumberMax {
		return 0, 0, errFieldNumber
	}
	return uint32(number), wireType(tag & 7), nil
}

func (r *reader) delimited() ([]byte, error) {
	length, err := r.varint()
	if err != nil {
		return nil, err
	}
	if length > uint64(len(r.rest)) {
		return nil, errTruncated
	}
	bytes := r.rest[:length]
	r.rest = r.rest[length:]
	return bytes, nil
}

// skip steps over a value that is neither bytes nor a group.
func (r *reader) skip(kind wireType) error {
	size := 0
	switch kind {
	case wireVarint:
		_, err := r.varint()
		return err
	case wireFixed64:
		size = 8
	case wireFixed32:
		size = 4
	default:
		return errWireType
	}
	if len(r.rest) < size {
		return errTruncated
	}
	r.rest = r.rest[size:]
	return nil
}

func (r *reader) skipGroup(group uint32, depth int) error {
	if depth > groupDepthMax {
		return errGroup
	}
	for len(r.rest) > 0 {
		number, kind, err := r.tag()
		if err != nil {
			return err
		}
		switch kind {
		case wireBytes:
			_, err = r.delimited()
		case wireGroup:
			err = r.skipGroup(number, depth+1)
		case wireEnd:
			if number == group {
				return nil
			}
			err = errGroup
		default:
			err = r.skip(kind)
		}
		if err != nil {
			return err
		}
	}
	return errTruncated
}

// appendDelimited appends a length-delimited field.
func appendDelimited(out []byte, number uint32, bytes []byte) []byte {
	out = binary.AppendUvarint(out, uint64(number)<<3|uint64(wireBytes))
	out = binary.AppendUvarint(out, uint64(len(bytes)))
	return append(out, bytes...)
}
