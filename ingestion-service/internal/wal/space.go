package wal

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// spaceCheckInterval lies between two looks at the file system; at the highest measured rate it is about 50 MB.
const spaceCheckInterval = 250 * time.Millisecond

// space is the free-space floor: acknowledgements stop before the disk is so full that nothing can be collected.
// Badger writes through mapped memory, where a full disk ends the process, so the floor also keeps it alive.
type space struct {
	checked  time.Time
	verdict  error
	dir      string
	bytesMin uint64
}

// check says whether a group may be written now. A file system that cannot be asked does not stop anything: the write
// itself will say what is wrong.
func (s *space) check() error {
	if now := time.Now(); s.checked.IsZero() || now.Sub(s.checked) >= spaceCheckInterval {
		s.checked = now
		s.verdict = nil
		if free, total, err := freeSpace(s.dir); err == nil {
			floor := s.bytesMin
			if floor == 0 {
				floor = max(freeBytesMinDefault, total/100*freePercentMin)
			}
			if free < floor {
				s.verdict = &DiskFullError{FreeBytes: free, FloorBytes: floor}
			}
		}
	}
	return s.verdict
}

func freeSpace(dir string) (free, total uint64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, 0, err
	}
	size := uint64(stat.Bsize)
	return stat.Bavail * size, stat.Blocks * size, nil
}

// fileBytes is what the files in dir take on the disk; Badger's are sparse.
func fileBytes(dir string) uint64 {
	var total uint64
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			if stat, ok := info.Sys().(*syscall.Stat_t); ok {
				total += uint64(stat.Blocks) * 512
			}
		}
		return nil
	})
	return total
}

// folder makes the names of new files durable. Badger syncs what it writes, but not the folder when it makes a file.
type folder struct {
	dir string
	// synced is the folder's modification time when it was last synced; zero when that was too fresh to be trusted.
	synced time.Time
}

// timestampGrain is how coarse file systems keep modification times; a change within it may not show.
const timestampGrain = 20 * time.Millisecond

// sync syncs the folder if something was made or removed in it since the last call.
func (f *folder) sync() error {
	info, err := os.Stat(f.dir)
	if err != nil {
		return err
	}
	changed := info.ModTime()
	if !f.synced.IsZero() && changed.Equal(f.synced) {
		return nil
	}
	handle, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	err = handle.Sync()
	if closed := handle.Close(); err == nil {
		err = closed
	}
	f.synced = time.Time{}
	if err == nil && time.Since(changed) > timestampGrain {
		f.synced = changed
	}
	return err
}
