package wal

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// Scenario: two consumers confirm different batches; one is removed. Guarantee: only what all have confirmed goes, it is
// gone for good, and counts stay right.
func TestConfirmTrimsToTheSlowestConsumer(t *testing.T) {
	dir := t.TempDir()
	w := openTest(t, testOptions(dir))
	var keys []Key
	for n := range 10 {
		keys = append(keys, appendTest(t, w, fmt.Sprint(n), 2))
	}
	require.NoError(t, w.Register("fast", Key{}))
	require.NoError(t, w.Register("slow", Key{}))
	confirmed, err := w.Confirm("fast", keys[8])
	require.NoError(t, err)
	require.True(t, confirmed.IsZero(), "the slow one has nothing yet")
	confirmed, err = w.Confirm("slow", keys[3])
	require.NoError(t, err)
	require.Equal(t, keys[3], confirmed)
	require.Equal(t, keys[3], w.Status().Trimmed)
	require.Equal(t, uint64(12), w.Status().Live.Spans)
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Equal(t, []string{"4", "5", "6", "7", "8", "9"}, messages(t, records))
	eventually(t, "the trimmed records are deleted", func() bool { return countRecords(t, w) == 6 })

	_, err = w.Confirm("slow", keys[1])
	require.NoError(t, err, "an older key changes nothing")
	_, err = w.Confirm("stranger", keys[1])
	require.ErrorIs(t, err, ErrUnknownConsumer)
	_, err = w.Confirm("fast", next(keys[9], 0, 1))
	require.ErrorIs(t, err, ErrAhead)
	removed, err := w.Remove("slow")
	require.NoError(t, err)
	require.True(t, removed)
	require.Equal(t, keys[8], w.Status().Trimmed)
	require.NoError(t, w.Close())

	w = openTest(t, testOptions(dir))
	require.Equal(t, keys[8], w.Status().Trimmed)
	require.Equal(t, uint64(20), w.Status().Stored.Spans)
	require.Equal(t, []Consumer{{ID: "fast", Confirmed: keys[8], SeenUnixNano: noon.UnixNano()}}, w.Consumers())
}

func countRecords(t *testing.T, w *WAL) int {
	t.Helper()
	count := 0
	require.NoError(t, w.db.View(func(txn *badger.Txn) error {
		iterator := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{prefixRecord}})
		defer iterator.Close()
		for iterator.Rewind(); iterator.Valid(); iterator.Next() {
			count++
		}
		return nil
	}))
	return count
}

// Scenario: a consumer was restored from a backup and asks from an older key. Guarantee: nothing behind that key is
// trimmed until it confirms again.
func TestRegisterWithOlderCursorHoldsTheLogAgain(t *testing.T) {
	w := openTest(t, testOptions(t.TempDir()))
	first, second := appendTest(t, w, "1", 1), appendTest(t, w, "2", 1)
	third := appendTest(t, w, "3", 1)
	require.NoError(t, w.Register("a", Key{}))
	require.NoError(t, w.Register("b", Key{}))
	_, err := w.Confirm("a", second)
	require.NoError(t, err)
	require.NoError(t, w.Register("a", first))
	confirmed, err := w.Confirm("b", third)
	require.NoError(t, err)
	require.Equal(t, first, confirmed)
}

// Scenario: trimming is switched off. Guarantee: confirmed batches stay.
func TestConfirmWithoutTrimmingKeepsEverything(t *testing.T) {
	options := testOptions(t.TempDir())
	options.KeepAll = true
	w := openTest(t, options)
	key := appendTest(t, w, "kept", 1)
	require.NoError(t, w.Register("c", Key{}))
	confirmed, err := w.Confirm("c", key)
	require.NoError(t, err)
	require.Equal(t, key, confirmed)
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Len(t, records, 1)
}

// Scenario: hundreds of megabytes go through a log whose consumer keeps up. Guarantee: the disk space comes back, and
// what was not confirmed survives every collection.
func TestTrimmedBatchesGiveTheDiskBack(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 360 MB")
	}
	w := openTest(t, testOptions(t.TempDir()))
	require.NoError(t, w.Register("c", Key{}))
	noise := make([]byte, 2<<20)
	_, _ = rand.Read(noise)
	const batches, trimmed = 180, 170
	var keys []Key
	for n := range batches {
		keys = append(keys, appendTest(t, w, fmt.Sprintf("%03d", n)+string(noise), 1))
		if n%10 == 9 && n < trimmed && !raceDetector {
			_, err := w.Confirm("c", keys[n])
			require.NoError(t, err)
		}
	}
	_, err := w.Confirm("c", keys[trimmed-1])
	require.NoError(t, err)
	eventually(t, "files are collected", func() bool { return w.FileBytes() < 240<<20 && w.Status().Collections > 0 })
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Len(t, records, batches-trimmed)
	require.Equal(t, fmt.Sprint(batches-1)+string(noise), messages(t, records)[batches-trimmed-1])
}

// Scenario: the log is at its byte limit, then a consumer confirms. Guarantee: the batch that does not fit is refused
// with the numbers, others of the group are stored, and there is room again after the trim.
func TestAppendToFullLogIsRefused(t *testing.T) {
	options := testOptions(t.TempDir())
	options.BytesMax = 3000
	w := openTest(t, options)
	noise := make([]byte, 2000)
	_, _ = rand.Read(noise)
	key := appendTest(t, w, string(noise), 1)
	_, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{}, 1, 1, noise, false))
	var full *FullError
	require.ErrorAs(t, err, &full)
	require.Equal(t, uint64(3000), full.BytesMax)
	appendTest(t, w, "small", 1)
	require.NoError(t, w.Register("c", Key{}))
	_, err = w.Confirm("c", key)
	require.NoError(t, err)
	appendTest(t, w, string(noise), 1)
}

// Scenario: the disk has less room than the floor. Guarantee: refused before anything is written, and reading goes on.
func TestAppendBelowFreeSpaceFloorIsRefused(t *testing.T) {
	dir := t.TempDir()
	w := openTest(t, testOptions(dir))
	appendTest(t, w, "stored", 1)
	require.NoError(t, w.Close())
	options := testOptions(dir)
	options.FreeBytesMin = 1 << 60
	w = openTest(t, options)
	_, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{}, 1, 1, []byte("no"), false))
	var full *DiskFullError
	require.ErrorAs(t, err, &full)
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Equal(t, []string{"stored"}, messages(t, records))
}

// Scenario: Badger says, only in its log, that the value log could not be synced (EIO). Guarantee: the group is not
// acknowledged, the log takes nothing more, and says that it failed.
func TestAppendAfterFailedSyncIsNeverAcknowledged(t *testing.T) {
	w := openTest(t, testOptions(t.TempDir()))
	appendTest(t, w, "good", 1)
	w.badgerLog.Errorf(syncFailedMessage+": %v\n", "input/output error")
	for range 2 {
		_, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{}, 1, 1, []byte("bad"), false))
		var failed *WriteError
		require.ErrorAs(t, err, &failed)
	}
	<-w.Failed()
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Equal(t, []string{"good"}, messages(t, records), "what is not durable is not shown")
	require.Error(t, w.Close())
}

// Scenario: a new version of Badger. Guarantee: the message that badgerLog listens for is still what it logs.
func TestBadgerStillLogsFailedSyncsInTheseWords(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/dgraph-io/badger/v4").Output()
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "value.go"))
	require.NoError(t, err)
	require.Contains(t, string(source), `vlog.opt.Errorf("`+syncFailedMessage)
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
