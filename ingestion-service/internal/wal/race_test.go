//go:build race

package wal

// raceDetector: Badger's RunValueLogGC reads a memtable's maxVersion (db.go, MaxVersion) while a commit writes it. A
// stale value only makes it keep more, but the detector stops the test; there, nothing is appended during a collection.
const raceDetector = true
