package config

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"junjo.local/ingestion-service/internal/memory"
)

func load(t *testing.T, pairs map[string]string) (Config, error) {
	t.Helper()
	return Load(func(name string) (string, bool) { value, found := pairs[name]; return value, found })
}

// Scenario: no settings. Guarantee: everything listens on loopback only, and trimming is on.
func TestLoadWithoutSettingsStaysOnLoopback(t *testing.T) {
	config, err := load(t, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1:50051"}, config.GRPCAddrs)
	require.Equal(t, []string{"127.0.0.1:4318"}, config.HTTPAddrs)
	require.Equal(t, "127.0.0.1:50052", config.InternalAddr)
	require.Equal(t, "localhost:50053", config.BackendAddr)
	require.False(t, config.KeepAll)
	require.Equal(t, uint64(4<<30), config.WALBytesMax)
}

// Scenario: GRPC_PORT of the older service, alone and beside our list. Guarantee: its port is open to all interfaces.
func TestLoadKeepsGRPCPort(t *testing.T) {
	config, err := load(t, map[string]string{"GRPC_PORT": "6000"})
	require.NoError(t, err)
	require.Equal(t, []string{"0.0.0.0:6000"}, config.GRPCAddrs)
	config, err = load(t, map[string]string{"GRPC_PORT": "6000", "JUNJO_OTLP_GRPC_ADDR": "127.0.0.1:1, 127.0.0.1:2"})
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1:1", "127.0.0.1:2", "0.0.0.0:6000"}, config.GRPCAddrs)
	config, err = load(t, map[string]string{"GRPC_PORT": "50051", "JUNJO_OTLP_GRPC_ADDR": "0.0.0.0:50051"})
	require.NoError(t, err)
	require.Equal(t, []string{"0.0.0.0:50051"}, config.GRPCAddrs)
}

// Scenario: the internal port leaves loopback. Guarantee: it needs a token or an explicit word.
func TestLoadOpenInternalPortNeedsToken(t *testing.T) {
	pairs := map[string]string{"JUNJO_INTERNAL_GRPC_ADDR": "0.0.0.0:50052"}
	_, err := load(t, pairs)
	require.ErrorContains(t, err, "JUNJO_INTERNAL_TOKEN")
	pairs["JUNJO_INTERNAL_ALLOW_UNAUTHENTICATED"] = "1"
	_, err = load(t, pairs)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte("secret\n"), 0o600))
	config, err := load(t, map[string]string{"JUNJO_INTERNAL_GRPC_ADDR": "[::]:50052", "JUNJO_INTERNAL_TOKEN_FILE": path})
	require.NoError(t, err)
	require.Equal(t, "secret", config.InternalToken)

	var log bytes.Buffer
	config.Log(slog.New(slog.NewJSONHandler(&log, nil)))
	require.NotContains(t, log.String(), "secret")
}

// Scenario: wrong values. Guarantee: the sentence names the variable.
func TestLoadWrongValueNamesTheVariable(t *testing.T) {
	for name, value := range map[string]string{
		"JUNJO_OTLP_GRPC_ADDR": "50051", "GRPC_PORT": "70000", "JUNJO_WAL_MAX_BYTES": "lots", "JUNJO_INGESTION_TRIM": "maybe",
		"JUNJO_MESSAGE_MAX_BYTES": "2G", "JUNJO_IN_FLIGHT_MAX_BYTES": "1M", "JUNJO_REQUEST_MAX_ITEMS": "0",
		"JUNJO_LOG": "loud", "JUNJO_LOG_FORMAT": "xml", "JUNJO_SHUTDOWN_TIME": "-1s", "JUNJO_INTERNAL_TOKEN_FILE": "/nonexistent",
		"JUNJO_VALUE_MAX_DEPTH": "1000", "JUNJO_CONNECTIONS_MAX": "none", "JUNJO_BACKEND_ADDR": "backend",
		"JUNJO_MEMORY_LIMIT": "little", "JUNJO_TRUSTED_PROXIES": "10.0.0.0/8,proxy",
	} {
		_, err := load(t, map[string]string{name: value})
		require.ErrorContains(t, err, name)
	}
}

// Scenario: memory that is set, too small, and with the share for messages set as well; proxies as people write them.
// Guarantee: shares follow the limit, the smallest limit holds, and what is set wins.
func TestLoadDividesMemory(t *testing.T) {
	small, err := load(t, map[string]string{"JUNJO_MEMORY_LIMIT": "1M", "JUNJO_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7"})
	require.NoError(t, err)
	require.Equal(t, memory.SharesOf(memory.LimitMin), small.Shares())
	require.Len(t, small.Proxies, 2)
	large, err := load(t, map[string]string{"JUNJO_MEMORY_LIMIT": "2G", "JUNJO_IN_FLIGHT_MAX_BYTES": "200M"})
	require.NoError(t, err)
	require.Equal(t, int64(200<<20), large.Shares()[memory.Receive])
	require.Equal(t, memory.SharesOf(2 << 30)[memory.Read], large.Shares()[memory.Read])
}

// Scenario: sizes as people write them, and what is none. Guarantee: powers of 1024 whatever the unit is called, as in the
// server, or a sentence.
func TestLoadReadsSizes(t *testing.T) {
	for text, want := range map[string]uint64{
		"1000": 1000, "10b": 10, "64k": 64 << 10, "512M": 512 << 20, "512MB": 512 << 20, "512 MiB": 512 << 20, "8GiB": 8 << 30,
		"1.5G": 3 << 29, "2T": 2 << 40,
	} {
		config, err := load(t, map[string]string{"JUNJO_WAL_MAX_BYTES": text})
		require.NoError(t, err, text)
		require.Equal(t, want, config.WALBytesMax, text)
	}
	for _, text := range []string{"0", "G", "-1", "1.2.3M", "4X", "10i", "10iB", "1e3", "99999999999G"} {
		_, err := load(t, map[string]string{"JUNJO_WAL_MAX_BYTES": text})
		require.ErrorContains(t, err, "JUNJO_WAL_MAX_BYTES", text)
	}
}
