// Ingestion-service receives OTLP, acknowledges it when it is on disk, and hands it to servers. README.md has its
// settings. It also has a few small commands for operators and containers:
//
//	ingestion-service --version            what this program was built from
//	ingestion-service health               exit 0 when requests can be acknowledged
//	ingestion-service status               where the log and its consumers stand, as JSON
//	ingestion-service forget CONSUMER      drop a consumer that will not come back, so that the log is trimmed again
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"

	"junjo.local/ingestion-service/internal/app"
	"junjo.local/ingestion-service/internal/config"
	"junjo.local/ingestion-service/internal/memory"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version())
		return nil
	}
	settings, err := config.Load(os.LookupEnv)
	if err != nil {
		return err
	}
	if len(os.Args) > 1 {
		return command(settings, os.Args[1:])
	}
	// what is made from here on is for this user alone
	unix.Umask(0o077)
	memory.KeepWithin(settings.MemoryLimit)
	log := newLogger(settings)
	settings.Log(log)
	service, err := app.New(settings, log)
	if err != nil {
		return err
	}
	// the first signal stops in order, a second one at once
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return service.Run(ctx)
}

// version names the revision, where the build knows one, and the Go that built it.
func version() string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return "ingestion-service, built without module information"
	}
	revision := "unknown revision"
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			revision = setting.Value
		}
	}
	return fmt.Sprintf("ingestion-service %s (%s, %s)", info.Main.Version, revision, info.GoVersion)
}

func newLogger(settings config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: settings.LogLevel}
	if settings.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(os.Stdout, options))
	}
	return slog.New(slog.NewJSONHandler(os.Stdout, options))
}
