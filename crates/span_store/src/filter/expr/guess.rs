//! What somebody may have meant by a field that does not exist. Pure.

use super::error::{FilterError, error};
use super::fields::{ALIASES, FIELDS};

/// Most letters by which a word may differ from the field that is suggested for it.
const DISTANCE_MAX: usize = 3;
/// Longer words are no misspelt fields; the longest field has 20 letters.
const WORD_CHARS_MAX: usize = 32;

/// The error about a field of this name.
pub(super) fn unknown_field(name: &str, place: (usize, usize)) -> FilterError {
    let suggestion = nearest(name);
    let message = match &suggestion {
        Some(field) => format!("unknown field {name:?}, did you mean {field}?"),
        None => {
            let known: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
            format!("unknown field {name:?}; known are attributes.KEY, resource.KEY, {}", known.join(", "))
        }
    };
    error(place, message).suggesting(suggestion)
}

/// The field that the word is most like: one that it is a part of, one that differs by a few letters, or an attribute for what has
/// dots as keys of attributes do.
fn nearest(name: &str) -> Option<String> {
    let word = name.to_lowercase();
    let short = |prefix: &str, owner: &str| {
        let key = word.strip_prefix(prefix)?;
        (!key.is_empty()).then(|| format!("{owner}.{}", &name[name.len() - key.len()..]))
    };
    if let Some(attribute) = short("attr.", "attributes").or_else(|| short("attribute.", "attributes")) {
        return Some(attribute);
    }
    let length = word.chars().count();
    if length < 2 || length > WORD_CHARS_MAX {
        return None;
    }
    let names = FIELDS.iter().map(|field| field.name).chain(ALIASES.iter().map(|(alias, _)| *alias));
    let far = DISTANCE_MAX.min(length.div_ceil(3));
    let like = names
        .clone()
        .map(|field| (distance(&word, field), field))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance);
    let part = || {
        let has_word = |field: &&str| length > 3 && (field.contains(&word) || word.contains(*field));
        names
            .clone()
            .filter(has_word)
            .min_by_key(|field| (!field.starts_with("total"), field.len().abs_diff(word.len())))
    };
    let field = like.map(|(_, field)| field).or_else(part).map(str::to_owned);
    field.or_else(|| name.contains('.').then(|| format!("attributes.{name}")))
}

/// Letters to add, take away, replace, or swap with the next one, so that one word becomes the other.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut least = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: misspelt, shortened and foreign names of fields, and words that are like none. Guarantee: the field that was meant,
    /// or nothing.
    #[test]
    fn nearest_finds_what_was_meant() {
        for (word, field) in [
            ("durration", Some("duration")),
            ("duration_sec", Some("duration_ms")),
            ("modle", Some("model")),
            ("Status", Some("status")),
            ("tokens", Some("total_tokens")),
            ("service_name", Some("service")),
            ("attr.user.plan", Some("attributes.user.plan")),
            ("http.route", Some("attributes.http.route")),
            ("color", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word).as_deref(), field, "{word}");
        }
    }

    /// Scenario: words with a letter more, less, another one, and two swapped. Guarantee: the number of changes.
    #[test]
    fn distance_counts_changes() {
        for (one, other, changes) in
            [("model", "model", 0), ("modle", "model", 1), ("", "abc", 3), ("kitten", "sitting", 3)]
        {
            assert_eq!((distance(one, other), distance(other, one)), (changes, changes), "{one} {other}");
        }
    }
}
