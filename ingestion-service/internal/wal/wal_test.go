package wal

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/stretchr/testify/require"

	"junjo.local/ingestion-service/internal/otlp"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func testOptions(dir string) Options {
	return Options{Dir: dir, Now: func() time.Time { return noon }, FreeBytesMin: 1}
}

func openTest(t *testing.T, options Options) *WAL {
	t.Helper()
	w, err := Open(options)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func appendTest(t *testing.T, w *WAL, message string, items uint32) Key {
	t.Helper()
	key, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{KeyID: "key-1", Project: "checkout"}, noon.UnixNano(), items, []byte(message), items%2 == 0))
	require.NoError(t, err)
	return key
}

func messages(t *testing.T, records []Record) []string {
	t.Helper()
	list := []string{}
	for _, record := range records {
		message, err := record.Message()
		require.NoError(t, err)
		list = append(list, string(message))
	}
	return list
}

var wholeLog = Page{Bytes: 1 << 30}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, 20*time.Second, 5*time.Millisecond, what)
}

// Scenario: batches are stored, the log is closed and opened. Guarantee: everything comes back as it was stored, in
// order, under the same identity, with the same counts.
func TestOpenAfterCloseReturnsWhatWasStored(t *testing.T) {
	dir := t.TempDir()
	w := openTest(t, testOptions(dir))
	first := appendTest(t, w, "one", 3)
	second, err := w.Append(context.Background(), Compress(otlp.Logs, Sender{}, 7, 2, bytes.Repeat([]byte("log "), 5000), true))
	require.NoError(t, err)
	before, id := w.Status(), w.ID()
	require.NoError(t, w.Close())

	w = openTest(t, testOptions(dir))
	require.Equal(t, id, w.ID())
	require.Equal(t, before, w.Status())
	require.Equal(t, uint64(3), before.Stored.Spans)
	require.Equal(t, uint64(2), before.Stored.LogRecords)
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Len(t, records, 2)
	require.Equal(t, []Key{first, second}, []Key{records[0].Key, records[1].Key})
	require.Equal(t, Sender{KeyID: "key-1", Project: "checkout"}, records[0].Sender)
	require.Equal(t, Sender{}, records[1].Sender)
	require.Equal(t, noon.UnixNano(), records[0].ReceivedUnixNano)
	require.Equal(t, uint32(3), records[0].Items)
	require.Equal(t, otlp.Logs, records[1].Signal)
	require.Equal(t, uint32(20000), records[1].RawBytes)
	require.Equal(t, []string{"one", strings.Repeat("log ", 5000)}, messages(t, records))
}

// Scenario: the clock stands, goes back a day, and the log is opened again meanwhile. Guarantee: keys only grow, also
// after everything was trimmed, and carry the clock's time while it goes forward.
func TestAppendUnderAnyClockMakesAscendingKeys(t *testing.T) {
	dir := t.TempDir()
	now := noon
	options := testOptions(dir)
	options.Now = func() time.Time { return now }
	w := openTest(t, options)
	require.NoError(t, w.Register("c", Key{}))
	last := Key{}
	for step := range 40 {
		if step == 20 {
			now = noon.Add(-24 * time.Hour)
		}
		if step%10 == 9 {
			_, err := w.Confirm("c", last)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			w = openTest(t, options)
		}
		key := appendTest(t, w, "x", uint32(step)+1)
		require.Positive(t, key.Compare(last), "step %d", step)
		require.Equal(t, uint32(step)+1, key.Items())
		require.Equal(t, noon.UnixMilli(), key.UnixMillis())
		last = key
	}
	now = noon.Add(time.Hour)
	require.Equal(t, now.UnixMilli(), appendTest(t, w, "x", 1).UnixMillis())
}

// Scenario: many senders at once. Guarantee: each gets a key of its own, every batch is there once, and far fewer
// commits than batches were needed.
func TestAppendFromManySendersSharesCommits(t *testing.T) {
	w := openTest(t, testOptions(t.TempDir()))
	const senders, each = 32, 50
	commits := countChanges(w)
	var group sync.WaitGroup
	for sender := range senders {
		group.Go(func() {
			for n := range each {
				_, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{}, 1, 1, fmt.Appendf(nil, "%d/%d", sender, n), n%2 == 0))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, message := range messages(t, records) {
		require.False(t, seen[message], "%s is stored twice", message)
		seen[message] = true
	}
	require.Len(t, seen, senders*each)
	require.Less(t, commits(), senders*each/2)
}

// countChanges counts published groups until it is asked.
func countChanges(w *WAL) func() int {
	stop, result := make(chan struct{}), make(chan int)
	go func() {
		count := 0
		for {
			_, changed := w.Newest()
			select {
			case <-changed:
				count++
			case <-stop:
				result <- count
				return
			}
		}
	}()
	return func() int { close(stop); return <-result }
}

// Scenario: a reader takes pages of limited size. Guarantee: every batch once, in order, whatever the page; a batch over
// the limit comes alone.
func TestReadInPagesReturnsEveryBatchOnce(t *testing.T) {
	w := openTest(t, testOptions(t.TempDir()))
	var want []string
	for n := range 20 {
		noise := make([]byte, 1000*(n%4))
		_, _ = rand.Read(noise)
		want = append(want, fmt.Sprintf("%02d", n)+string(noise))
		appendTest(t, w, want[n], 1)
	}
	for _, page := range []Page{{Bytes: 1}, {Bytes: 2500}, {Bytes: 1 << 20, Records: 3}, wholeLog} {
		var got []string
		var cursor Key
		for {
			records, err := w.Read(cursor, page)
			require.NoError(t, err)
			if len(records) == 0 {
				break
			}
			got = append(got, messages(t, records)...)
			cursor = records[len(records)-1].Key
		}
		require.Equal(t, want, got)
	}
}

// Scenario: the folder holds a database of another program. Guarantee: it is left alone.
func TestOpenForeignDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil))
	require.NoError(t, err)
	require.NoError(t, db.Update(func(txn *badger.Txn) error { return txn.Set(make([]byte, 16), []byte("span")) }))
	require.NoError(t, db.Close())
	_, err = Open(testOptions(dir))
	require.ErrorIs(t, err, ErrForeign)
}

// Scenario: the log is open already. Guarantee: a second process or handle is refused.
func TestOpenTwiceIsRefused(t *testing.T) {
	dir := t.TempDir()
	openTest(t, testOptions(dir))
	_, err := Open(testOptions(dir))
	require.Error(t, err)
}

// Scenario: appends race with Close. Guarantee: each is either stored or refused, and what was stored is there.
func TestCloseDuringAppendsLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	w := openTest(t, testOptions(dir))
	var acked sync.Map
	var group sync.WaitGroup
	started := make(chan struct{}, 1000)
	for sender := range 8 {
		group.Go(func() {
			for n := 0; ; n++ {
				message := fmt.Sprintf("%d/%d", sender, n)
				_, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{}, 1, 1, []byte(message), false))
				if err != nil {
					return
				}
				acked.Store(message, true)
				select {
				case started <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 100 {
		<-started
	}
	require.NoError(t, w.Close())
	group.Wait()
	w = openTest(t, testOptions(dir))
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	stored := map[string]bool{}
	for _, message := range messages(t, records) {
		stored[message] = true
	}
	acked.Range(func(message, _ any) bool {
		require.True(t, stored[message.(string)], "%s was acknowledged and is gone", message)
		return true
	})
}

// asVersion1 is a record as the version before projects wrote it.
func asVersion1(value []byte) []byte {
	keyIDEnd, projectBytes := headerBytes+int(value[2]), int(value[56])
	old := append([]byte{recordVersion1}, value[1:headerBytes1]...)
	old = append(old, value[headerBytes:keyIDEnd]...)
	return append(old, value[keyIDEnd+projectBytes:]...)
}

// Scenario: records of version 1, of this one, of a later one, and cut off anywhere in front of their payload. Guarantee:
// both known versions are read whole, the former without a project; the rest are errors.
func TestParseRecordReadsBothVersions(t *testing.T) {
	value := Compress(otlp.Traces, Sender{KeyID: "key-1", Project: "checkout"}, 7, 1, []byte("payload"), false).value
	for version, stored := range map[byte][]byte{recordVersion1: asVersion1(value), recordVersion: value} {
		record, err := parseRecord(Key{}, stored)
		require.NoError(t, err)
		want := Sender{KeyID: "key-1", Project: "checkout"}
		if version == recordVersion1 {
			want.Project = ""
		}
		require.Equal(t, want, record.Sender)
		message, err := record.Message()
		require.NoError(t, err)
		require.Equal(t, "payload", string(message))
		for length := range len(stored) - len(record.Payload) {
			_, err := parseRecord(Key{}, stored[:length])
			require.Error(t, err, "version %d, %d bytes", version, length)
		}
	}
	later := slices.Clone(value)
	later[0] = recordVersion + 1
	_, err := parseRecord(Key{}, later)
	require.ErrorContains(t, err, "version 3")
}

// Scenario: a byte of a stored payload turns, in either compression. Guarantee: the record is found damaged before
// anybody gets it.
func TestToZstdFindsDamage(t *testing.T) {
	for _, hasten := range []bool{false, true} {
		record, err := parseRecord(Key{}, Compress(otlp.Traces, Sender{}, 1, 1, []byte("payload"), hasten).value)
		require.NoError(t, err)
		record.Payload[len(record.Payload)-1] ^= 1
		require.ErrorContains(t, record.ToZstd(), "has checksum")
	}
}

// Scenario: a stored record is damaged. Guarantee: it is skipped and counted, and does not hold up the rest.
func TestReadSkipsDamagedRecord(t *testing.T) {
	w := openTest(t, testOptions(t.TempDir()))
	appendTest(t, w, "one", 1)
	bad := appendTest(t, w, "two", 1)
	appendTest(t, w, "three", 1)
	require.NoError(t, w.db.Update(func(txn *badger.Txn) error { return txn.Set(recordKey(bad), []byte{9}) }))
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Equal(t, []string{"one", "three"}, messages(t, records))
	require.Equal(t, uint64(1), w.Status().DamagedReads)
}

// Scenario: keys of a batch and of its spans. Guarantee: span keys lie in order between the batch before and their own
// batch, and parse back.
func TestKeysOfSpansLieBeforeTheirBatch(t *testing.T) {
	before := next(Key{}, noon.UnixMilli(), 5)
	batch := next(before, noon.UnixMilli(), 3)
	last := before
	for ordinal := range uint32(3) {
		key := batch.Span(ordinal)
		require.Positive(t, key.Compare(last))
		require.Negative(t, key.Compare(batch))
		require.True(t, key.SameBatch(batch))
		require.Equal(t, ordinal, key.Items())
		last = key
	}
	parsed, err := ParseKey(last.Wire())
	require.NoError(t, err)
	require.Equal(t, last, parsed)
	_, err = ParseKey([]byte("short"))
	require.Error(t, err)
	require.Nil(t, Key{}.Wire())
	carried := next(Key{0, 0, 0, 0, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff}, 0, 1)
	require.Equal(t, Key{0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, carried)
}
