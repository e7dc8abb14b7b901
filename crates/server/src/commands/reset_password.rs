//! `junjo-server reset-password`: a way back in for whoever owns the machine. It works on `app.db` beside a running server.
//!
//! It never sees or sets a password: it prints a one-time link, and the person sets their own.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use junjo_auth::State;
use junjo_span_store::DataDir;
use junjo_web::{SystemClock, db};

use crate::features::accounts;
use crate::private_files;
use crate::settings::Settings;

/// Lists the accounts, or prints a reset link for the one of `email`, which first becomes an admin if asked.
pub fn run(settings: &Settings, email: Option<&str>, makes_admin: bool) -> anyhow::Result<ExitCode> {
    private_files::make_private();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let text = runtime.block_on(text(settings, email, makes_admin))?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

async fn text(settings: &Settings, email: Option<&str>, makes_admin: bool) -> anyhow::Result<String> {
    let path = DataDir::new(&settings.storage.data_dir).app_db();
    if !path.try_exists()? {
        anyhow::bail!("there is no {}: set JUNJO_DATA_DIR to the server's data folder", path.display());
    }
    let pool = db::open_pool(&path).await?;
    db::migrate(&pool).await?;
    let auth = accounts(pool.clone(), SystemClock::shared(), &settings.features.auth, &settings.web)?;
    let text = match email {
        None => list(&auth).await?,
        Some(email) => {
            let link = auth
                .operator_reset_link(email, makes_admin)
                .await
                .with_context(|| format!("no link can be made for {email}"))?;
            let base = settings.web.public_url.as_ref().map_or_else(
                || format!("http://{}", settings.listen.http_addr),
                |url| url.origin().to_owned(),
            );
            let (path, minutes) = (link.path, link.minutes);
            format!("{base}{path}\n\nIt works once, for {minutes} minutes. Give it to nobody but {email}.\n")
        }
    };
    pool.close().await;
    Ok(text)
}

async fn list(auth: &State) -> anyhow::Result<String> {
    let accounts = auth.operator_accounts().await?;
    if accounts.is_empty() {
        return Ok("There is no account yet: open the page and create the first one.\n".to_owned());
    }
    let lines = accounts.iter().map(|account| format!("{:<8} {}", account.role.as_str(), account.email));
    Ok(lines.collect::<Vec<_>>().join("\n") + "\n")
}
