//! What the real Go server answered: `go_answers`, one list for each group of routes.

use std::io::Read as _;

use flate2::read::GzDecoder;
use junjo_go_migration::compare::Answer;
use serde_json::Value;

/// Groups with their answers.
const GROUPS: [(&str, &[u8]); 9] = [
    ("public", include_bytes!("go_answers/public.json")),
    ("cors", include_bytes!("go_answers/cors.json")),
    ("guard", include_bytes!("go_answers/guard.json")),
    ("first-user", include_bytes!("go_answers/first-user.json")),
    ("sign-in", include_bytes!("go_answers/sign-in.json")),
    ("auth", include_bytes!("go_answers/auth.json")),
    ("users", include_bytes!("go_answers/users.json")),
    ("api_keys", include_bytes!("go_answers/api_keys.json")),
    ("otel", include_bytes!("go_answers/otel.json.gz")),
];

/// Texts that each server makes anew.
const MADE: [&str; 4] = ["CreatedAt", "csrfToken", "ID", "Key"];

/// One answer of the Go server.
#[derive(Clone)]
pub(super) struct Recorded {
    entry: Value,
}

/// The answers of a group, in the order in which they were given.
pub(super) fn group(name: &str) -> Vec<Recorded> {
    let (_, bytes) = GROUPS.iter().find(|(group, _)| *group == name).unwrap();
    let mut text = String::new();
    if bytes.starts_with(b"[") {
        text.push_str(&String::from_utf8_lossy(bytes));
    } else {
        GzDecoder::new(*bytes).read_to_string(&mut text).unwrap();
    }
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    entries.into_iter().map(|entry| Recorded { entry }).collect()
}

/// Every answer.
pub(super) fn everything() -> Vec<Recorded> {
    GROUPS.iter().flat_map(|(name, _)| group(name)).collect()
}

impl Recorded {
    /// As the list of differences names it: the route, and what is special about the request.
    pub(super) fn name(&self) -> String {
        format!("{} ({})", self.route(), self.id())
    }

    pub(super) fn id(&self) -> &str {
        self.entry["id"].as_str().unwrap()
    }

    pub(super) fn entry(&self) -> &Value {
        &self.entry
    }

    pub(super) fn method(&self) -> &str {
        self.entry["request"]["method"].as_str().unwrap()
    }

    /// The path without its query.
    pub(super) fn path(&self) -> &str {
        self.entry["request"]["path"].as_str().unwrap().split('?').next().unwrap()
    }

    /// The route that its path is of; the path itself where there is none.
    pub(super) fn route(&self) -> String {
        route_of(self.method(), self.path())
    }

    pub(super) fn answer(&self) -> Answer {
        let headers = self.entry["headers"].as_object().unwrap().iter().flat_map(|(name, value)| {
            let lines = value.as_array().map_or_else(|| vec![value], |lines| lines.iter().collect());
            lines.into_iter().map(move |line| (name.as_str(), line.as_str().unwrap()))
        });
        Answer {
            body: self.entry["body"].clone(),
            has_newline: self.entry["raw"]["newline"].as_bool(),
            ..Answer::new(self.entry["status"].as_u64().unwrap().try_into().unwrap(), headers, String::new())
        }
    }
}

/// Method and pattern of a request.
pub(super) fn route_of(method: &str, path: &str) -> String {
    let is_of = |pattern: &str| {
        pattern.split('/').count() == path.split('/').count()
            && pattern.split('/').zip(path.split('/')).all(|(part, own)| part.starts_with(':') || part == own)
    };
    let mut patterns = junjo_legacy_api::patterns().filter(|(other, _)| other.as_str() == method);
    let pattern = patterns.find(|(_, pattern)| is_of(pattern)).map_or(path, |(_, pattern)| pattern);
    format!("{method} {pattern}")
}

/// An answer without what each server makes anew. What was created in one second at the Go server may take several here, and lists
/// begin with the newest second: such items are put in the order of their names.
pub(super) fn alike(mut answer: Answer) -> Answer {
    blank(&mut answer.body);
    answer
}

fn blank(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_made = MADE.contains(&name.as_str());
                if is_made && value.as_str().is_some_and(|text| !text.is_empty()) {
                    *value = Value::from("made");
                } else {
                    blank(value);
                }
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(blank);
            if items.iter().all(|item| item.get("CreatedAt").is_some()) {
                items.sort_by_key(|item| (item["Email"].to_string(), item["Name"].to_string()));
            }
        }
        _ => {}
    }
}
