//! Placeholder until the commit tests below are written.
