package receive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// encoding is a compression that the receivers speak.
type encoding string

const (
	identity encoding = "identity"
	gzipped  encoding = "gzip"
	deflated encoding = "deflate" // zlib's format, as HTTP means it
	zstded   encoding = "zstd"
	// supportedEncodings is what clients are told.
	supportedEncodings = "gzip, deflate, zstd, identity"
)

// encodingShownMax is how much of a name that we do not know goes into an answer.
const encodingShownMax = 40

// parseEncoding reads a grpc-encoding or content-encoding; none at all means identity.
func parseEncoding(value string) (encoding, *Refusal) {
	value = strings.ToLower(strings.TrimSpace(value))
	switch encoding(value) {
	case "", identity:
		return identity, nil
	case gzipped, "x-gzip":
		return gzipped, nil
	case deflated, zstded:
		return encoding(value), nil
	}
	if runes := []rune(strings.ToValidUTF8(value, "?")); len(runes) > encodingShownMax {
		value = string(runes[:encodingShownMax])
	}
	return "", refuse(UnsupportedEncoding, "the compression %q is not supported: use gzip, zstd, deflate or none", value)
}

var (
	gzipReaders sync.Pool
	zlibReaders sync.Pool
	zstdReaders sync.Pool
)

// zstdWindowMax is what a zstd frame may ask for before its first byte, and what its decoder holds beside the message;
// levels up to 19 need 8 MiB.
const zstdWindowMax = 8 << 20

// decompress reads body into out, at most bytesMax bytes, reserving memory as out grows.
func decompress(ctx context.Context, kind encoding, body []byte, out *buffer, bytesMax int) *Refusal {
	if kind == zstded {
		if refusal := out.share.reserve(ctx, zstdWindowMax); refusal != nil {
			return refusal
		}
		defer out.share.giveBack(zstdWindowMax)
	}
	source, done, err := open(kind, bytes.NewReader(body))
	if err == nil {
		defer done()
		var refusal *Refusal
		if refusal, err = out.readAll(ctx, source, bytesMax); refusal != nil {
			return refusal
		}
	}
	if errors.As(err, new(errOverLimit)) {
		return tooLarge(bytesMax)
	}
	if err != nil {
		return refuse(Invalid, "the %s body does not decompress: %v", kind, err)
	}
	return nil
}

func open(kind encoding, body *bytes.Reader) (source io.Reader, done func(), err error) {
	switch kind {
	case gzipped:
		if reader, ok := gzipReaders.Get().(*gzip.Reader); ok {
			return reader, func() { gzipReaders.Put(reader) }, reader.Reset(body)
		}
		reader, err := gzip.NewReader(body)
		return reader, func() { gzipReaders.Put(reader) }, err
	case deflated:
		if reader, ok := zlibReaders.Get().(io.ReadCloser); ok {
			return reader, func() { zlibReaders.Put(reader) }, reader.(zlib.Resetter).Reset(body, nil)
		}
		reader, err := zlib.NewReader(body)
		return reader, func() { zlibReaders.Put(reader) }, err
	case zstded:
		if reader, ok := zstdReaders.Get().(*zstd.Decoder); ok {
			return reader, func() { recycleZstd(reader) }, reader.Reset(body)
		}
		reader, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindowMax))
		return reader, func() { recycleZstd(reader) }, err
	default:
		return body, func() {}, nil
	}
}

func recycleZstd(reader *zstd.Decoder) {
	if reader.Reset(nil) == nil {
		zstdReaders.Put(reader)
	}
}
