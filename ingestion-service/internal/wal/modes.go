package wal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	folderMode = 0o700
	fileMode   = 0o600
	// othersMode is what others than the owner may do.
	othersMode = 0o077
)

// tighten takes folder and files from everybody but their owner; files of before may have been made with another mask.
func tighten(dir string) error {
	var failed []error
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil || info.Mode()&othersMode == 0 {
			return err
		}
		switch {
		case entry.IsDir():
			failed = append(failed, os.Chmod(path, folderMode))
		case entry.Type().IsRegular():
			failed = append(failed, os.Chmod(path, fileMode))
		}
		return nil
	})
	return errors.Join(append(failed, err)...)
}
