package wal

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
)

// badgerLog passes Badger's messages on, and listens: with SyncWrites Badger logs a failed fsync of its value log and
// then commits as if nothing had happened (v4.9, valueLog.write). The message comes before the commit returns, so the
// writer asks syncFailed before it acknowledges.
type badgerLog struct {
	log        *slog.Logger
	syncFailed atomic.Bool
}

const syncFailedMessage = "Error while curlf sync"

func (l *badgerLog) Errorf(format string, args ...any) {
	if strings.HasPrefix(format, syncFailedMessage) {
		l.syncFailed.Store(true)
	}
	l.say(slog.LevelError, format, args)
}

func (l *badgerLog) Warningf(format string, args ...any) { l.say(slog.LevelWarn, format, args) }

// Infof is debug for us: Badger tells every compaction.
func (l *badgerLog) Infof(format string, args ...any) { l.say(slog.LevelDebug, format, args) }

func (l *badgerLog) Debugf(string, ...any) {}

func (l *badgerLog) say(level slog.Level, format string, args []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.Log(context.Background(), level, "badger", "detail", strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}
