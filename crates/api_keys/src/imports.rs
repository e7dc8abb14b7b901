//! Keys of another server: only their hashes are stored, as of every key, so the programs that send them need no change.

use junjo_ingest::{ForeignKey, ImportedKeys};
use secrecy::ExposeSecret as _;

use crate::key::{self, PRESENTED_BYTES_MAX};
use crate::repository::ImportedRow;
use crate::schemas::NAME_CHARS_MAX;

/// Characters of a long key that are shown in lists.
const VISIBLE_CHARS: usize = 12;
/// Of shorter keys so many characters would tell too much; and only letters, digits and a few signs can stand in a header.
const LONG_KEY_CHARS: usize = 40;
/// What can be taken over, and what cannot with the reason.
pub(crate) fn judge(keys: Vec<ForeignKey>, now_unix_nano: i64) -> (Vec<ImportedRow>, ImportedKeys) {
    let (mut rows, mut done) = (Vec::new(), ImportedKeys::default());
    for ForeignKey { secret, name, created_at_unix_nano } in keys {
        let secret = secret.expose_secret();
        let is_sendable = secret.bytes().all(|byte| byte.is_ascii_graphic());
        if secret.is_empty() {
            done.refused.push((name, "it is empty"));
        } else if secret.len() > PRESENTED_BYTES_MAX {
            done.refused.push((name, "it is longer than 256 characters"));
        } else if is_sendable {
            let is_long = secret.len() >= LONG_KEY_CHARS;
            rows.push(ImportedRow {
                name: readable(&name),
                prefix: is_long.then(|| secret[..VISIBLE_CHARS].to_owned()),
                hash: key::hash_of(secret),
                created_at_unix_nano: created_at_unix_nano.unwrap_or(now_unix_nano),
            });
        } else {
            done.refused.push((name, "it has characters that no header can carry, so nobody can send it"));
        }
    }
    (rows, done)
}

/// A name that this server would take as well.
fn readable(name: &str) -> String {
    let plain: String =
        name.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let short: String = plain.trim().chars().take(NAME_CHARS_MAX).collect();
    if short.is_empty() { "imported".to_owned() } else { short }
}
