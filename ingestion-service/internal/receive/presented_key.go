package receive

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"junjo.local/ingestion-service/internal/wal"
)

// KeyOutcome is what a key turned out to be.
type KeyOutcome uint8

const (
	// KeyUnavailable: the check itself failed; the client must try again, never drop its data.
	KeyUnavailable KeyOutcome = iota
	// KeyValid may send.
	KeyValid
	// KeyInvalid is unknown, expired, revoked, or may not send.
	KeyInvalid
)

// KeyCheck checks API keys; the sender is what the server calls the key, and may be empty.
type KeyCheck interface {
	Check(ctx context.Context, key string) (outcome KeyOutcome, sender wal.Sender)
}

// presentedKey finds the key of a request: x-junjo-api-key, then x-api-key, then authorization (Bearer, or Basic's
// password or else user). Empty when there is none.
func presentedKey(headers http.Header) string {
	for _, name := range []string{"X-Junjo-Api-Key", "X-Api-Key"} {
		if values := headers[name]; len(values) > 0 {
			return printable(strings.TrimSpace(values[0]))
		}
	}
	scheme, rest, _ := strings.Cut(headers.Get("Authorization"), " ")
	rest = printable(strings.TrimSpace(rest))
	if strings.EqualFold(scheme, "bearer") {
		return rest
	}
	if !strings.EqualFold(scheme, "basic") {
		return ""
	}
	decoded, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		return ""
	}
	user, password, _ := strings.Cut(printable(string(decoded)), ":")
	if password == "" {
		return user
	}
	return password
}

// printable returns a text of visible ASCII, as every key is, and nothing for any other: what is not UTF-8 could not
// even be asked for, and would be mistaken for a server that is away.
func printable(text string) string {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			return ""
		}
	}
	return text
}
