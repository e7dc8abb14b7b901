//! Lets the targets find libduckdb when they run: cargo-fuzz replaces the flags of `.cargo/config.toml` that do it elsewhere.

fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    if let Ok(dir) = std::env::var("DUCKDB_LIB_DIR") {
        println!("cargo::rustc-link-arg-bins=-Wl,-rpath,{dir}");
    }
}
