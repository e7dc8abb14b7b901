//! Writes `app_data.db` and `otel_data.db` as the Go server leaves them: `go_files FOLDER [SPANS] [USERS] [KEYS]`, 100,000 spans when
//! not told otherwise.

use std::path::PathBuf;

use junjo_go_migration::generator::{Amounts, Failure, add_odd_accounts, write_duckdb, write_sqlite};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let mut number = |default| arguments.next().map_or(Ok(default), |text| text.parse::<u32>());
    let (spans, users, keys) = (number(100_000)?, number(20)?, number(20)?);
    let amounts = Amounts { users, keys, spans };
    std::fs::create_dir_all(&folder)?;
    let sqlite = folder.join("app_data.db");
    write_sqlite(&sqlite, amounts).await?;
    add_odd_accounts(&sqlite).await?;
    write_duckdb(&folder.join("otel_data.db"), amounts, true)
}
