//! Entry points for the fuzz targets in `fuzz/`, which see nothing else that is private.
