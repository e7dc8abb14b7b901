//! Blame as a list: one line for each part of a state.

use serde_json::Value as Json;

use super::change::Step;
use super::tree::Blame;

impl Blame {
    /// Who wrote each part of `state` last, containers before their parts, at most `limit` of them; and whether these
    /// are all. A container is as old as the youngest change in it.
    pub fn lines(&self, state: &Json, limit: usize) -> (Vec<BlameLine>, bool) {
        let mut collected = Lines { path: String::new(), lines: Vec::new(), limit };
        let complete = collected.add(Some(self), None, state);
        (collected.lines, complete)
    }
}

/// Who wrote one part of a state last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlameLine {
    /// RFC 6901 pointer to the part.
    pub path: String,
    /// The writer; `None` for what the run started with.
    pub writer: Option<usize>,
}

/// Lines as they are collected.
struct Lines {
    /// Pointer to the part that is being looked at.
    path: String,
    lines: Vec<BlameLine>,
    limit: usize,
}

impl Lines {
    /// Adds the line of the value at `path` and those of its parts; false when the limit was reached. `inherited` is who
    /// wrote the value around it, which counts where `blame` knows nothing.
    fn add(&mut self, blame: Option<&Blame>, inherited: Option<usize>, state: &Json) -> bool {
        if self.lines.len() >= self.limit {
            return false;
        }
        let set_by = blame.map_or(inherited, |blame| blame.set_by);
        let writer = blame.map_or(inherited, |blame| blame.touched_by);
        self.lines.push(BlameLine { path: self.path.clone(), writer });
        let length = self.path.len();
        let mut part = |step: Step, token: &str, value: &Json| {
            self.path.push('/');
            self.path.push_str(token);
            let complete = self.add(blame.and_then(|blame| blame.parts.get(&step)), set_by, value);
            self.path.truncate(length);
            complete
        };
        match state {
            Json::Array(items) => items
                .iter()
                .enumerate()
                .all(|(index, item)| part(Step::Index(index), &index.to_string(), item)),
            Json::Object(members) => members.iter().all(|(key, value)| {
                let token = key.replace('~', "~0").replace('/', "~1");
                part(Step::Key(key.clone()), &token, value)
            }),
            _ => true,
        }
    }
}
