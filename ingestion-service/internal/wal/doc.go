// Package wal is the log of acknowledged export requests, in BadgerDB. Append returns after the fsync; what it returned
// for is never lost, reordered or given another key. The package decodes no OTLP and knows no network.
//
// Keys of the database:
//
//	key               value                                        written by
//	'w'               version (1 byte), wal_id (16 random bytes)   Open, once
//	'r' + batch key   record, see record.go                        the writer, one transaction a group
//	't'               batch key and totals of the last trimmed     Trim
//	'c' + consumer    confirmed batch key, time last seen          Register, Confirm
//	'f' + 2 bytes     filler, see gc.go                            garbage collection
//
// Values above valueThreshold live in Badger's value log, so that a payload is written once and never compacted.
package wal
