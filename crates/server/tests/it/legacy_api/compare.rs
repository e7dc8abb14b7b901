//! Where an answer differs from what the Go server answered, as names: `group/id:status`, `:header.NAME`, `:newline`, or
//! `:body` with the field. Lists are compared place by place; `[]` stands for any place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::answers::Recorded;
use super::browser::Answered;

/// Headers that say how a body is sent, not what is in it.
const OF_SENDING: [&str; 2] = ["content-length", "transfer-encoding"];
/// Texts that each server makes anew.
const MADE: [&str; 4] = ["CreatedAt", "csrfToken", "ID", "Key"];

/// Names of everything that differs.
pub(super) fn differences(recorded: &Recorded, answered: &Answered) -> BTreeSet<String> {
    let (name, entry) = (recorded.name(), recorded.entry());
    let mut found = Found { name, at: BTreeSet::new() };
    if entry["status"] != answered.status {
        found.add("status");
    }
    for (header, value) in entry["headers"].as_object().unwrap() {
        match header.as_str() {
            name if OF_SENDING.contains(&name) => {}
            "set-cookie" => found.cookies(value, answered),
            "vary" => found.vary(value.as_str().unwrap(), answered),
            name => {
                let same = answered.all(name).join(", ").eq_ignore_ascii_case(value.as_str().unwrap());
                found.add_unless(same, &format!("header.{name}"));
            }
        }
    }
    for header in answered.headers.keys().map(reqwest::header::HeaderName::as_str) {
        let is_new = entry["headers"].get(header).is_none();
        if is_new && (header.starts_with("access-control-") || header == "set-cookie" || header == "allow") {
            found.add(&format!("header.{header}"));
        }
    }
    if entry["raw"]["newline"].is_boolean() {
        found.add_unless(entry["raw"]["newline"] == answered.text.ends_with('\n'), "newline");
    }
    found.body("body", &entry["body"], &answered.body());
    found.at
}

struct Found {
    name: String,
    at: BTreeSet<String>,
}

impl Found {
    fn add(&mut self, what: &str) {
        self.at.insert(format!("{}:{what}", self.name));
    }

    fn add_unless(&mut self, same: bool, what: &str) {
        if !same {
            self.add(what);
        }
    }

    fn cookies(&mut self, recorded: &Value, answered: &Answered) {
        let recorded: Vec<&str> =
            recorded.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        let (theirs, ours) = (attributes_of(&recorded), attributes_of(&answered.all("set-cookie")));
        for (cookie, attributes) in &theirs {
            let Some(own) = ours.get(cookie) else {
                self.add(&format!("cookie.{cookie}"));
                continue;
            };
            let names: BTreeSet<&String> = attributes.keys().chain(own.keys()).collect();
            for name in names {
                self.add_unless(attributes.get(name) == own.get(name), &format!("cookie.{cookie}.{name}"));
            }
        }
        for cookie in ours.keys().filter(|cookie| !theirs.contains_key(*cookie)) {
            self.add(&format!("cookie.{cookie}"));
        }
    }

    /// An answer may depend on more than the Go server's, and never on less.
    fn vary(&mut self, recorded: &str, answered: &Answered) {
        let names = |text: &str| -> BTreeSet<String> {
            text.split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
        };
        let ours = names(&answered.all("vary").join(","));
        self.add_unless(names(recorded).is_subset(&ours), "header.vary");
    }

    fn body(&mut self, at: &str, recorded: &Value, own: &Value) {
        match (recorded, own) {
            (Value::Object(recorded), Value::Object(own)) => {
                let names: BTreeSet<&String> = recorded.keys().chain(own.keys()).collect();
                for name in names {
                    let place = format!("{at}.{name}");
                    match (recorded.get(name), own.get(name)) {
                        (Some(Value::String(_)), Some(Value::String(own)))
                            if MADE.contains(&name.as_str()) && !own.is_empty() => {}
                        (Some(recorded), Some(own)) => self.body(&place, recorded, own),
                        _ => self.add(&place),
                    }
                }
            }
            (Value::Array(recorded), Value::Array(own)) => {
                self.add_unless(recorded.len() == own.len(), &format!("{at}.length"));
                for (recorded, own) in by_name(recorded).into_iter().zip(by_name(own)) {
                    self.body(&format!("{at}[]"), recorded, own);
                }
            }
            // what a browser makes of a number is what counts
            (Value::Number(recorded), Value::Number(own)) => {
                self.add_unless(recorded.as_f64() == own.as_f64(), at);
            }
            _ => self.add_unless(recorded == own, at),
        }
    }
}

/// What was created in one second at the Go server may take several here, and lists begin with the newest second: such items are
/// compared by what they are called.
fn by_name(items: &[Value]) -> Vec<&Value> {
    let mut items: Vec<&Value> = items.iter().collect();
    let name = |item: &Value| item["Email"].as_str().or(item["Name"].as_str()).map(str::to_owned);
    items.sort_by_key(|item| item.get("CreatedAt").and_then(|_| name(item)));
    items
}

/// The attributes of each cookie; the time at which it ends counts as the name alone.
fn attributes_of(lines: &[&str]) -> BTreeMap<String, BTreeMap<String, String>> {
    let attribute = |text: &str| {
        let (name, value) = text.trim().split_once('=').unwrap_or((text.trim(), ""));
        (name.to_owned(), if name == "Expires" { String::new() } else { value.to_owned() })
    };
    lines
        .iter()
        .map(|line| {
            let mut parts = line.split(';');
            let name = parts.next().unwrap().split('=').next().unwrap().to_owned();
            (name, parts.map(attribute).collect())
        })
        .collect()
}
