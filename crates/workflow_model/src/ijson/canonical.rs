//! Canonical JSON text (RFC 8785): members in order of UTF-16 units, numbers as ECMAScript writes them, no spaces.

use serde_json::{Number, Value as Json};

/// The canonical text of `value`.
pub fn canonical_json(value: &Json) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Number(number) => write_number(number, out),
        Json::String(text) => write_text(text, out),
        Json::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            let mut members: Vec<(&String, &Json)> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            out.push('{');
            for (place, (name, member)) in members.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

fn write_number(number: &Number, out: &mut String) {
    // integers that a double holds exactly have the same text as the double, and are cheaper to write
    match number.as_i64().filter(|int| int.unsigned_abs() <= 1 << 53) {
        Some(int) => out.push_str(&int.to_string()),
        None => out.push_str(ryu_js::Buffer::new().format(number.as_f64().unwrap_or_default())),
    }
}

/// `serde_json` escapes what RFC 8785 says, the way it says.
fn write_text(text: &str, out: &mut String) {
    out.push_str(&Json::from(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ijson::parse_ijson;

    /// Scenario: the sorting and number samples of RFC 8785 (sections 3.2.3 and appendix B). Guarantee: its texts.
    #[test]
    fn samples_of_the_rfc_have_its_texts() {
        let sorted =
            "{\"\u{20ac}\":1,\"\\r\":2,\"\u{fb33}\":3,\"1\":4,\"\u{1f600}\":5,\"\u{80}\":6,\"\u{f6}\":7}";
        let text = canonical_json(&parse_ijson(sorted).unwrap_or_default());
        assert_eq!(
            text,
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
        let numbers = [
            ("-0.0", "0"),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("9007199254740992.0", "9007199254740992"),
            ("295147905179352830000.0", "295147905179352830000"),
            ("1e21", "1e+21"),
            ("0.000001", "0.000001"),
            ("1e-7", "1e-7"),
            ("333333333.33333329", "333333333.3333333"),
        ];
        for (number, wanted) in numbers {
            assert_eq!(canonical_json(&parse_ijson(number).unwrap_or_default()), wanted);
        }
        assert_eq!(canonical_json(&Json::from("\u{8}\u{1f}\u{7f}\"\\/")), "\"\\b\\u001f\u{7f}\\\"\\\\/\"");
    }
}
