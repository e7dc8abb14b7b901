//! Parameters of `/otel/stats`, parsed into a typed question.

use junjo_span_store::{
    Field, GROUPINGS_MAX, Literal, Op, SpanExpr, SpanFilter, StatsQuery, StatsSubject, TimeRange,
    TraceFilter, is_numeric, trace_group_fields,
};
use junjo_web::{ApiError, ApiResult};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::params::{StatusParam, TraceListParams, condition, parse_filter, time_range};
use crate::spans::SpanListParams;

const NANOS_PER_SECOND: i64 = 1_000_000_000;
/// The range that is looked at when the client names no start.
const DEFAULT_RANGE_NANOS: i64 = 24 * 3600 * NANOS_PER_SECOND;
/// Buckets in one answer: more than a chart has pixels.
const BUCKETS_MAX: i64 = 2_000;
/// Buckets that `auto` stays below.
const AUTO_BUCKETS: i64 = 120;
/// Widths that `auto` picks from, in seconds.
const AUTO_SECONDS: [i64; 15] =
    [1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000];
/// Groups that are told apart by default and at most.
const GROUPS_DEFAULT: u32 = 20;
const GROUPS_MAX: u32 = 100;

/// What is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    /// Spans.
    #[default]
    Spans,
    /// Traces; a trace failed when one of its spans did.
    Traces,
}

/// The question.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatsParams {
    /// What is counted: `spans` (the default) or `traces`.
    #[param(inline)]
    of: Option<Subject>,
    /// Earliest start, inclusive: RFC 3339, or unix nanoseconds; 24 hours before `to` by default.
    from: Option<String>,
    /// Latest start, exclusive: RFC 3339, or unix nanoseconds; now by default.
    to: Option<String>,
    /// Width of a time bucket: a number with `s`, `m`, `h` or `d`, `auto` (the default: at most 120 buckets), or `none` for
    /// totals alone.
    interval: Option<String>,
    /// Up to three fields of the filter language, comma-separated, for example `model` or `attributes.http.route`; a key
    /// with a comma is quoted as in filters. Of
    /// traces `service`, `name`, `role`, `status`, `session_id` and `user_id` (the root's).
    group_by: Option<String>,
    /// Groups that are told apart, largest first, 1 to 100; 20 by default.
    groups: Option<u32>,
    /// A boolean field whose share of true is wanted, for example `attributes.cache.hit`; spans only.
    ratio_of: Option<String>,
    /// A numeric field that is summarised like the duration, for example `attributes.retrieval.score`; spans only.
    measure: Option<String>,
    /// The span's service, or one that took part in the trace.
    service: Option<String>,
    /// Name of the span, or of the trace's root.
    name: Option<String>,
    /// Status of the span; of traces as in `/otel/traces`.
    #[param(value_type = Option<String>)]
    status: Option<StatusParam>,
    /// Role of the span, or of one of the trace's.
    role: Option<String>,
    /// Provider of the model.
    provider: Option<String>,
    /// Model of the span, or of one of the trace's.
    model: Option<String>,
    /// Session of the span, or of one of the trace's.
    session_id: Option<String>,
    /// User of the span, or of one of the trace's.
    user_id: Option<String>,
    /// A condition in the filter language of `/otel/spans`: on the span, or on one of the trace's.
    filter: Option<String>,
    /// Text as in `/otel/spans` or `/otel/traces`.
    q: Option<String>,
}

/// A question with the range that it was given.
#[derive(Debug)]
pub(crate) struct StatsQuestion {
    pub(crate) subject: Subject,
    pub(crate) from_unix_nanos: i64,
    pub(crate) to_unix_nanos: i64,
    pub(crate) query: StatsQuery,
}

impl StatsParams {
    /// The question at `now` (unix nanoseconds).
    pub(crate) fn question(&self, now: i64) -> ApiResult<StatsQuestion> {
        let given = time_range(self.from.as_deref(), self.to.as_deref())?;
        let to = given.to_unix_nanos.unwrap_or(now);
        let from = given.from_unix_nanos.unwrap_or_else(|| to.saturating_sub(DEFAULT_RANGE_NANOS)).max(0);
        if from >= to {
            return Err(ApiError::invalid_field("from", "the start must lie before the end"));
        }
        let time = TimeRange { from_unix_nanos: Some(from), to_unix_nanos: Some(to) };
        let subject = self.of.unwrap_or_default();
        let store_subject = match subject {
            Subject::Spans => StatsSubject::Spans(SpanFilter { time, ..self.span_filter()? }),
            Subject::Traces => StatsSubject::Traces(TraceFilter { time, ..self.trace_filter()? }),
        };
        let groups = self.groups.unwrap_or(GROUPS_DEFAULT).clamp(1, GROUPS_MAX);
        let query = StatsQuery {
            subject: store_subject,
            interval_nanos: interval(self.interval.as_deref(), to - from)?,
            group_by: self.group_fields(subject)?,
            groups_max: groups as usize,
            ratio_of: self.ratio_field(subject)?,
            measure: self.measure_field(subject)?,
        };
        Ok(StatsQuestion { subject, from_unix_nanos: from, to_unix_nanos: to, query })
    }

    fn span_filter(&self) -> ApiResult<SpanFilter> {
        let params = SpanListParams {
            service: self.service.clone(),
            name: self.name.clone(),
            status: self.status.map(|status| status.as_str().to_owned()),
            role: self.role.clone(),
            provider: self.provider.clone(),
            model: self.model.clone(),
            session_id: self.session_id.clone(),
            user_id: self.user_id.clone(),
            filter: self.filter.clone(),
            q: self.q.clone(),
            ..SpanListParams::default()
        };
        params.to_filter()
    }

    fn trace_filter(&self) -> ApiResult<TraceFilter> {
        let params = TraceListParams {
            service: self.service.clone(),
            name: self.name.clone(),
            status: self.status,
            role: self.role.clone(),
            model: self.model.clone(),
            session_id: self.session_id.clone(),
            user_id: self.user_id.clone(),
            q: self.q.clone(),
            ..TraceListParams::default()
        };
        let mut parts = Vec::new();
        if let Some(provider) = &self.provider {
            parts.push(condition("provider", Op::Equal, Literal::Text(provider.clone()))?);
        }
        parts.extend(self.filter.as_deref().map(parse_filter).transpose()?.flatten());
        Ok(TraceFilter { span: SpanExpr::all(parts), ..params.to_filter()? })
    }

    fn group_fields(&self, subject: Subject) -> ApiResult<Vec<Field>> {
        let fields = fields("group_by", self.group_by.as_deref())?;
        if fields.len() > GROUPINGS_MAX {
            return Err(ApiError::invalid_field("group_by", format!("at most {GROUPINGS_MAX} fields")));
        }
        let is_unknown = |field: &&Field| {
            let name = field.name();
            trace_group_fields().all(|known| known != name)
        };
        if let (Subject::Traces, Some(field)) = (subject, fields.iter().find(is_unknown)) {
            let (name, known) = (field.name(), trace_group_fields().collect::<Vec<_>>().join(", "));
            let message = format!("traces cannot be grouped by {name:?}; known are {known}");
            return Err(ApiError::invalid_field("group_by", message));
        }
        Ok(fields)
    }

    fn ratio_field(&self, subject: Subject) -> ApiResult<Option<Field>> {
        let field = span_field(subject, "ratio_of", self.ratio_of.as_deref())?;
        match &field {
            Some(field) if !field.may_be_bool() => {
                let message = format!("{} is neither true nor false", field.name());
                Err(ApiError::invalid_field("ratio_of", message))
            }
            _ => Ok(field),
        }
    }

    fn measure_field(&self, subject: Subject) -> ApiResult<Option<Field>> {
        let field = span_field(subject, "measure", self.measure.as_deref())?;
        match &field {
            Some(field) if !is_numeric(field) => {
                Err(ApiError::invalid_field("measure", format!("{} is no number", field.name())))
            }
            _ => Ok(field),
        }
    }
}

fn span_field(subject: Subject, param: &'static str, name: Option<&str>) -> ApiResult<Option<Field>> {
    if name.is_some() && subject == Subject::Traces {
        return Err(ApiError::invalid_field(param, "this is for spans only"));
    }
    let mut fields = fields(param, name)?;
    if name.is_some() && fields.len() != 1 {
        return Err(ApiError::invalid_field(param, "give one field; quote a key with a comma"));
    }
    Ok(fields.pop())
}

fn fields(param: &'static str, names: Option<&str>) -> ApiResult<Vec<Field>> {
    Field::list(names.unwrap_or_default()).map_err(|message| ApiError::invalid_field(param, message))
}

/// The width of a bucket for a range of `range` nanoseconds.
fn interval(text: Option<&str>, range: i64) -> ApiResult<Option<i64>> {
    let nanos = match text {
        Some("none") => return Ok(None),
        None | Some("auto") => {
            let fits = |seconds: &&i64| range / (**seconds * NANOS_PER_SECOND) < AUTO_BUCKETS;
            let widest = range / AUTO_BUCKETS;
            AUTO_SECONDS.iter().find(fits).map_or(widest, |seconds| seconds * NANOS_PER_SECOND)
        }
        Some(text) => parse_interval(text).ok_or_else(|| {
            ApiError::invalid_field("interval", "give a width like 30s, 5m, 1h or 1d, or auto, or none")
        })?,
    };
    if range / nanos >= BUCKETS_MAX {
        let message = format!("this makes more than {BUCKETS_MAX} buckets: widen the interval");
        return Err(ApiError::invalid_field("interval", message));
    }
    Ok(Some(nanos))
}

/// `90s`, `5m`, `1h`, `7d`.
fn parse_interval(text: &str) -> Option<i64> {
    let (at, unit) = text.char_indices().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let count: i64 = text[..at].parse().ok().filter(|count| *count > 0)?;
    count.checked_mul(seconds)?.checked_mul(NANOS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600 * NANOS_PER_SECOND;

    /// Scenario: widths as people write them, and rubbish. Guarantee: nanoseconds, or nothing.
    #[test]
    fn parse_interval_reads_units() {
        assert_eq!(parse_interval("90s"), Some(90 * NANOS_PER_SECOND));
        assert_eq!(parse_interval("2h"), Some(2 * HOUR));
        for bad in ["", "h", "0m", "-1m", "1w", "1.5h", "99999999999999999999d", "9223372036854775807d", "é"]
        {
            assert_eq!(parse_interval(bad), None, "{bad}");
        }
    }

    /// Scenario: ranges from a second to 30 years with `auto`. Guarantee: few buckets, never a division by zero.
    #[test]
    fn interval_auto_bounds_the_buckets() {
        for range in [1, NANOS_PER_SECOND, HOUR, 24 * HOUR, 24 * 365 * HOUR, 24 * 365 * 30 * HOUR, i64::MAX] {
            let width = interval(None, range).unwrap().unwrap();
            assert!(range / width <= AUTO_BUCKETS, "{range}");
        }
        assert_eq!(interval(None, 24 * HOUR).unwrap(), Some(900 * NANOS_PER_SECOND));
    }

    /// Scenario: a second's buckets over a day. Guarantee: refused with the reason.
    #[test]
    fn interval_too_narrow_is_refused() {
        assert!(interval(Some("1s"), 24 * HOUR).is_err());
        assert_eq!(interval(Some("none"), HOUR).unwrap(), None);
    }

    /// Scenario: keys with blanks and commas, quoted as in filters, beside others. Guarantee: each is one key, and an
    /// unquoted one ends at the comma as before.
    #[test]
    fn group_by_takes_quoted_keys() {
        let names = |group_by: &str| -> Vec<String> {
            let params = StatsParams { group_by: Some(group_by.to_owned()), ..StatsParams::default() };
            params.question(HOUR).unwrap().query.group_by.iter().map(Field::name).collect()
        };
        assert_eq!(
            names(r#" model ,attributes."a key, b" , resource.'it\'s'"#),
            ["model", "attributes.a key, b", "resource.it's"]
        );
        assert_eq!(names("attributes.a key,,attributes.it's,"), ["attributes.a key", "attributes.it's"]);
        assert!(names(" , ").is_empty());
    }

    /// Scenario: more groupings than allowed, unknown fields, fields that traces lack, and numbers that are none.
    /// Guarantee: each is a 400 about its parameter.
    #[test]
    fn question_refuses_what_cannot_be_counted() {
        let refused =
            |params: StatsParams| params.question(HOUR).unwrap_err().field_errors()[0].field.clone();
        let of =
            |group_by: &str| StatsParams { group_by: Some(group_by.to_owned()), ..StatsParams::default() };
        assert_eq!(refused(of("service,name,model,role")), "group_by");
        assert_eq!(refused(of("color")), "group_by");
        assert_eq!(refused(StatsParams { of: Some(Subject::Traces), ..of("model") }), "group_by");
        let measure = |name: &str| StatsParams { measure: Some(name.to_owned()), ..StatsParams::default() };
        assert_eq!(refused(measure("service")), "measure");
        assert_eq!(refused(StatsParams { of: Some(Subject::Traces), ..measure("cost_usd") }), "measure");
        assert_eq!(refused(of("attributes.\"a key")), "group_by");
        assert_eq!(refused(of("attributes.'a' b")), "group_by");
        let ratio = |name: &str| StatsParams { ratio_of: Some(name.to_owned()), ..StatsParams::default() };
        for no_truth in ["trace_id", "status", "input_tokens", "is_root,is_model_call", ""] {
            assert_eq!(refused(ratio(no_truth)), "ratio_of", "{no_truth}");
        }
        assert!(ratio("is_root").question(HOUR).is_ok() && ratio("attributes.hit").question(HOUR).is_ok());
        let backwards =
            StatsParams { from: Some("5".to_owned()), to: Some("5".to_owned()), ..StatsParams::default() };
        assert_eq!(refused(backwards), "from");
    }
}
