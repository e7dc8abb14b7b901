package wal

import (
	"crypto/rand"
	"fmt"
	"testing"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/stretchr/testify/require"
)

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
