// Package config reads the settings of the service from the environment, checks them, and says in a sentence which
// variable is wrong. README.md has the table. It reads variables itself instead of by a library of struct tags, because
// empty counts as unset, secrets come in files too, and GRPC_PORT of the older service changes a list.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"

	"junjo.local/ingestion-service/internal/listen"
	"junjo.local/ingestion-service/internal/memory"
	"junjo.local/ingestion-service/internal/otlp"
	"junjo.local/ingestion-service/internal/receive"
	"junjo.local/ingestion-service/internal/wal"
)

const (
	grpcAddrDefault     = "127.0.0.1:50051"
	httpAddrDefault     = "127.0.0.1:4318"
	internalAddrDefault = "127.0.0.1:50052"
	metricsAddrDefault  = "127.0.0.1:9464"
	backendAddrDefault  = "localhost:50053"
	connectionsDefault  = 1024
	shutdownDefault     = 20 * time.Second
	// sizeMax is more than any disk here has, and keeps sizes within an int
	sizeMax = 1 << 50
)

// Config is everything that can be set.
type Config struct {
	GRPCAddrs, HTTPAddrs []string
	InternalAddr         string
	MetricsAddr          string
	BackendAddr          string
	InternalToken        string
	Dir                  string
	LogFormat            string
	Limits               receive.Limits
	MemoryLimit          int64
	InFlightBytesMax     int64
	Proxies              []netip.Prefix
	WALBytesMax          uint64
	FreeBytesMin         uint64
	ConnectionsMax       int
	ShutdownTime         time.Duration
	// IdleTime is after how much time without a request a connection is closed, SendTime how long a server may take
	// nothing of what it reads. Both are no settings: the defaults are in app and internalapi.
	IdleTime, SendTime time.Duration
	LogLevel           slog.Level
	KeepAll            bool
}

// Load reads the environment through lookup, which is os.LookupEnv outside of tests.
func Load(lookup func(string) (string, bool)) (Config, error) {
	e := &environment{lookup: lookup}
	limits := receive.DefaultLimits()
	config := Config{
		GRPCAddrs:      e.grpcAddrs(),
		HTTPAddrs:      e.addrs("JUNJO_OTLP_HTTP_ADDR", httpAddrDefault),
		InternalAddr:   e.addr("JUNJO_INTERNAL_GRPC_ADDR", internalAddrDefault),
		MetricsAddr:    e.addr("JUNJO_METRICS_ADDR", metricsAddrDefault),
		BackendAddr:    e.addr("JUNJO_BACKEND_ADDR", backendAddrDefault),
		InternalToken:  e.secret("JUNJO_INTERNAL_TOKEN"),
		Dir:            e.text("BADGERDB_PATH", defaultDir()),
		LogFormat:      e.oneOf("JUNJO_LOG_FORMAT", "json", "text"),
		WALBytesMax:    e.bytes("JUNJO_WAL_MAX_BYTES", 4<<30),
		FreeBytesMin:   e.bytes("JUNJO_FREE_SPACE_MIN", 0),
		ConnectionsMax: int(e.number("JUNJO_CONNECTIONS_MAX", connectionsDefault, 1, 1<<20)),
		ShutdownTime:   e.duration("JUNJO_SHUTDOWN_TIME", shutdownDefault),
		LogLevel:       e.level("JUNJO_LOG", slog.LevelInfo),
		KeepAll:        !e.flag("JUNJO_INGESTION_TRIM", true),
	}
	limits.MessageBytesMax = int(e.bytes("JUNJO_MESSAGE_MAX_BYTES", uint64(limits.MessageBytesMax)))
	config.MemoryLimit = max(int64(e.bytes("JUNJO_MEMORY_LIMIT", uint64(memory.DefaultLimit()))), memory.LimitMin)
	config.InFlightBytesMax = int64(e.bytes("JUNJO_IN_FLIGHT_MAX_BYTES", 0))
	config.Proxies = e.networks("JUNJO_TRUSTED_PROXIES")
	limits.Scan.ItemsMax = uint32(e.number("JUNJO_REQUEST_MAX_ITEMS", otlp.ItemsMax, 1, otlp.ItemsMax))
	limits.Scan.DepthMax = int(e.number("JUNJO_VALUE_MAX_DEPTH", otlp.DepthMax, 1, otlp.DepthCeiling))
	config.Limits = limits
	open := e.flag("JUNJO_INTERNAL_ALLOW_UNAUTHENTICATED", false)
	if e.wrong == nil {
		e.wrong = config.check(open)
	}
	return config, e.wrong
}

func (c Config) check(open bool) error {
	switch {
	case c.Limits.MessageBytesMax > wal.MessageBytesCeiling:
		return fmt.Errorf("JUNJO_MESSAGE_MAX_BYTES is at most %d", wal.MessageBytesCeiling)
	case c.InFlightBytesMax != 0 && c.InFlightBytesMax < int64(2*c.Limits.MessageBytesMax):
		return errors.New("JUNJO_IN_FLIGHT_MAX_BYTES must hold a message twice, compressed and not: raise it, or lower JUNJO_MESSAGE_MAX_BYTES")
	case c.InternalToken == "" && !open && !isLoopback(c.InternalAddr):
		return fmt.Errorf("JUNJO_INTERNAL_GRPC_ADDR=%s can be reached from outside: set JUNJO_INTERNAL_TOKEN, "+
			"or JUNJO_INTERNAL_ALLOW_UNAUTHENTICATED=1 on a network that is private", c.InternalAddr)
	}
	return nil
}

// Shares divides the memory; the share for messages can be set.
func (c Config) Shares() memory.Shares {
	shares := memory.SharesOf(c.MemoryLimit)
	if c.InFlightBytesMax != 0 {
		shares[memory.Receive] = c.InFlightBytesMax
	}
	return shares
}

// Log writes the settings without secrets.
func (c Config) Log(log *slog.Logger) {
	log.Info("settings", "grpc", c.GRPCAddrs, "http", c.HTTPAddrs, "internal", c.InternalAddr, "metrics", c.MetricsAddr,
		"backend", c.BackendAddr, "internal_token", c.InternalToken != "", "dir", c.Dir, "wal_bytes_max", c.WALBytesMax,
		"free_bytes_min", c.FreeBytesMin, "trim", !c.KeepAll, "message_bytes_max", c.Limits.MessageBytesMax,
		"memory_limit", c.MemoryLimit, "in_flight_bytes_max", c.Shares()[memory.Receive], "items_max", c.Limits.Scan.ItemsMax,
		"depth_max", c.Limits.Scan.DepthMax, "connections_max", c.ConnectionsMax)
	if c.InternalToken == "" && !isLoopback(c.InternalAddr) {
		log.Warn("the internal port is open to everyone who can reach it", "internal", c.InternalAddr)
	}
}

func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func defaultDir() string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	return filepath.Join(home, ".junjo", "ingestion-wal")
}

// environment reads variables and keeps the first fault.
type environment struct {
	lookup func(string) (string, bool)
	wrong  error
}

func (e *environment) fail(format string, args ...any) {
	if e.wrong == nil {
		e.wrong = fmt.Errorf(format, args...)
	}
}

// text returns a variable; one that is set to nothing counts as unset.
func (e *environment) text(name, unset string) string {
	if value, _ := e.lookup(name); strings.TrimSpace(value) != "" {
		return strings.TrimSpace(value)
	}
	return unset
}

// secret also reads NAME_FILE, as container secrets come.
func (e *environment) secret(name string) string {
	if value := e.text(name, ""); value != "" {
		return value
	}
	path := e.text(name+"_FILE", "")
	if path == "" {
		return ""
	}
	content, err := os.ReadFile(path)
	if err != nil {
		e.fail("%s_FILE cannot be read: %w", name, err)
	}
	return strings.TrimSpace(string(content))
}

func (e *environment) oneOf(name string, choices ...string) string {
	value := e.text(name, choices[0])
	for _, choice := range choices {
		if value == choice {
			return value
		}
	}
	e.fail("%s=%q is none of %s", name, value, strings.Join(choices, ", "))
	return choices[0]
}

func (e *environment) addr(name, unset string) string {
	value := e.text(name, unset)
	e.checkAddr(name, value)
	return value
}

func (e *environment) addrs(name, unset string) []string {
	var list []string
	for part := range strings.SplitSeq(e.text(name, unset), ",") {
		if part = strings.TrimSpace(part); part != "" {
			e.checkAddr(name, part)
			list = append(list, part)
		}
	}
	return list
}

func (e *environment) networks(name string) []netip.Prefix {
	networks, err := listen.ParseProxies(strings.FieldsFunc(e.text(name, ""), func(r rune) bool { return r == ',' || r == ' ' }))
	if err != nil {
		e.fail("%s: %w", name, err)
	}
	return networks
}

func (e *environment) checkAddr(name, value string) {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		e.fail("%s=%q is no host:port", name, value)
	}
}

// grpcAddrs keeps GRPC_PORT of the older service: a port on all interfaces, beside the listed addresses.
func (e *environment) grpcAddrs() []string {
	unset := grpcAddrDefault
	port := e.text("GRPC_PORT", "")
	if port != "" {
		unset = net.JoinHostPort("0.0.0.0", port)
		e.checkAddr("GRPC_PORT", unset)
	}
	list := e.addrs("JUNJO_OTLP_GRPC_ADDR", unset)
	for _, addr := range list {
		if _, listed, err := net.SplitHostPort(addr); err != nil || port == "" || listed == port {
			return list
		}
	}
	return append(list, unset)
}

func (e *environment) flag(name string, unset bool) bool {
	switch value := strings.ToLower(e.text(name, strconv.FormatBool(unset))); value {
	case "1", "true", "yes", "on":
		return true
	case "0", "false", "no", "off":
		return false
	default:
		e.fail("%s=%q is neither true nor false", name, value)
		return unset
	}
}

func (e *environment) number(name string, unset, low, high uint64) uint64 {
	value, err := strconv.ParseUint(e.text(name, strconv.FormatUint(unset, 10)), 10, 64)
	if err != nil || value < low || value > high {
		e.fail("%s is a number from %d to %d", name, low, high)
	}
	return value
}

// bytes reads a size as the server does: all units are powers of 1024, with and without B or iB.
func (e *environment) bytes(name string, unset uint64) uint64 {
	text := strings.ToLower(e.text(name, ""))
	if text == "" {
		return unset
	}
	// humanize reads K as 1000 and KiB as 1024
	number := strings.TrimRightFunc(text, unicode.IsLetter)
	unit := text[len(number):]
	if prefix := strings.TrimSuffix(strings.TrimSuffix(unit, "b"), "i"); prefix != "" {
		unit = prefix + "ib"
	}
	value, err := humanize.ParseBytes(strings.TrimSpace(number) + unit)
	if err != nil || value == 0 || value > sizeMax {
		e.fail("%s=%q is no size, such as 512M", name, text)
		return unset
	}
	return value
}

func (e *environment) duration(name string, unset time.Duration) time.Duration {
	value, err := time.ParseDuration(e.text(name, unset.String()))
	if err != nil || value <= 0 {
		e.fail("%s is a time such as 20s", name)
	}
	return value
}

func (e *environment) level(name string, unset slog.Level) slog.Level {
	level := unset
	// the server's filters name modules behind a comma; the first level counts
	for part := range strings.SplitSeq(e.text(name, unset.String()), ",") {
		if !strings.Contains(part, "=") && level.UnmarshalText([]byte(strings.TrimSpace(part))) == nil {
			return level
		}
	}
	e.fail("%s names no level: debug, info, warn or error", name)
	return unset
}
