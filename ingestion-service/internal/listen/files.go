package listen

import "golang.org/x/sys/unix"

// filesElsewhere is what the log, the connection to the server and the standard streams open at most.
const filesElsewhere = 192

// placesMin is what a port has even where files are few: below it the service is of no use.
const placesMin = 8

// Files raises the limit of open files as far as it may go, and returns it. Go does so at start; a test may not have.
func Files() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return filesElsewhere
	}
	if limit.Cur < limit.Max {
		raised := unix.Rlimit{Cur: limit.Max, Max: limit.Max}
		if unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
			limit = raised
		}
	}
	return int(min(limit.Cur, 1<<30))
}

// Places divides files among ports, so that none takes another's: what each wants, or its part of what there is.
func Places(files int, wanted []int) []int {
	all, free := 0, max(files-filesElsewhere, 0)
	for _, want := range wanted {
		all += want
	}
	places := make([]int, len(wanted))
	for n, want := range wanted {
		places[n] = want
		if all > free {
			places[n] = max(want*free/all, placesMin)
		}
	}
	return places
}
