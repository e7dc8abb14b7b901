//! Questions about numbers: the parameters that ask them, and the typed question that they become. The parameters are also the
//! form in which a question can be kept: as JSON they are read back as they were.

use junjo_span_store::{
    Field, GROUPINGS_MAX, Literal, Op, SpanExpr, SpanFilter, StatsQuery, StatsSubject, TimeRange,
    TraceFilter, is_numeric, trace_group_fields,
};
use junjo_web::{ApiError, ApiResult};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::filter::{FilterParams, SpanFilterParams, TraceFilterParams};
use super::text::condition;
use super::time::TimeParams;

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
pub enum Subject {
    /// Spans.
    #[default]
    Spans,
    /// Traces; a trace failed when one of its spans did.
    Traces,
}

/// What is counted, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatsParams {
    /// What is counted: `spans` (the default) or `traces`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub of: Option<Subject>,
    /// Width of a time bucket: a number with `s`, `m`, `h` or `d`, `auto` (the default: at most 120 buckets), or `none` for
    /// totals alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// Up to three fields of the filter language, comma-separated, for example `model` or `attributes.http.route`; a key
    /// with a comma is quoted as in filters. Of
    /// traces `service`, `name`, `role`, `status`, `session_id` and `user_id` (the root's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    /// Groups that are told apart, largest first, 1 to 100; 20 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<u32>,
    /// A boolean field whose share of true is wanted, for example `attributes.cache.hit`; spans only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio_of: Option<String>,
    /// A numeric field that is summarised like the duration, for example `attributes.retrieval.score`; spans only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// Provider of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// A question with the range that it was given.
#[derive(Debug)]
pub struct StatsQuestion {
    /// What is counted.
    pub subject: Subject,
    /// Start of the range, inclusive, unix nanoseconds.
    pub from_unix_nano: i64,
    /// End of the range, exclusive, unix nanoseconds.
    pub to_unix_nano: i64,
    /// The question as the store takes it.
    pub query: StatsQuery,
}

impl StatsParams {
    /// The question at `now` (unix nanoseconds). Without a start in `time` the last 24 hours are looked at.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_question(
        &self,
        time: &TimeParams,
        filter: &FilterParams,
        now: i64,
    ) -> ApiResult<StatsQuestion> {
        let given = time.to_filter()?;
        let to = given.to_unix_nano.unwrap_or(now);
        let from = given.from_unix_nano.unwrap_or_else(|| to.saturating_sub(DEFAULT_RANGE_NANOS)).max(0);
        if from >= to {
            return Err(ApiError::invalid_field("from", "the start must lie before the end"));
        }
        let time = TimeRange { from_unix_nano: Some(from), to_unix_nano: Some(to) };
        let subject = self.of.unwrap_or_default();
        let store_subject = match subject {
            Subject::Spans => StatsSubject::Spans(SpanFilter { time, ..self.span_filter(filter)? }),
            Subject::Traces => StatsSubject::Traces(TraceFilter { time, ..self.trace_filter(filter)? }),
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
        Ok(StatsQuestion { subject, from_unix_nano: from, to_unix_nano: to, query })
    }

    fn span_filter(&self, filter: &FilterParams) -> ApiResult<SpanFilter> {
        let of_spans = SpanFilterParams { provider: self.provider.clone(), ..SpanFilterParams::default() };
        of_spans.to_filter(&TimeParams::default(), filter)
    }

    fn trace_filter(&self, filter: &FilterParams) -> ApiResult<TraceFilter> {
        let traces = TraceFilterParams::default().to_filter(&TimeParams::default(), filter)?;
        let Some(provider) = &self.provider else { return Ok(traces) };
        let of_provider = condition("provider", Op::Equal, Literal::Text(provider.clone()))?;
        let parts: Vec<_> = [of_provider].into_iter().chain(traces.span).collect();
        Ok(TraceFilter { span: SpanExpr::all(parts), ..traces })
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

/// Nanoseconds of `90s`, `5m`, `1h 30m`, `7d`, `2w`; whole seconds only.
fn parse_interval(text: &str) -> Option<i64> {
    let width = humantime::parse_duration(text).ok().filter(|width| width.subsec_nanos() == 0)?;
    i64::try_from(width.as_nanos()).ok().filter(|nanos| *nanos > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600 * NANOS_PER_SECOND;

    fn ask(params: &StatsParams) -> ApiResult<StatsQuestion> {
        params.to_question(&TimeParams::default(), &FilterParams::default(), HOUR)
    }

    /// Scenario: a question with a grouping, a measure and a filter is written as JSON and read back. Guarantee: it is the
    /// same question, and what it does not say is not written.
    #[test]
    fn parameters_come_back_from_json() {
        let params = StatsParams {
            of: Some(Subject::Spans),
            group_by: Some("model".to_owned()),
            measure: Some("attributes.retrieval.score".to_owned()),
            ..StatsParams::default()
        };
        let filter = FilterParams { min_duration_ms: Some(1.5), ..FilterParams::default() };
        let (params_json, filter_json) =
            (serde_json::to_string(&params).unwrap(), serde_json::to_string(&filter).unwrap());
        assert_eq!(filter_json, r#"{"min_duration_ms":1.5}"#);
        assert_eq!(serde_json::from_str::<StatsParams>(&params_json).unwrap(), params);
        assert_eq!(serde_json::from_str::<FilterParams>(&filter_json).unwrap(), filter);
    }

    /// Scenario: widths as people write them, and rubbish. Guarantee: nanoseconds, or nothing.
    #[test]
    fn parse_interval_reads_units() {
        assert_eq!(parse_interval("90s"), Some(90 * NANOS_PER_SECOND));
        assert_eq!(parse_interval("2h"), Some(2 * HOUR));
        assert_eq!(parse_interval("1w"), Some(7 * 24 * HOUR));
        assert_eq!(parse_interval("1.5h"), parse_interval("1h 30m"));
        for bad in ["", "h", "0m", "-1m", "10ms", "99999999999999999999d", "9223372036854775807d", "é"] {
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
            ask(&params).unwrap().query.group_by.iter().map(Field::name).collect()
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
        let refused = |params: StatsParams| ask(&params).unwrap_err().field_errors()[0].field.clone();
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
        assert!(ask(&ratio("is_root")).is_ok() && ask(&ratio("attributes.hit")).is_ok());
        let backwards = TimeParams { from: Some("5".to_owned()), to: Some("5".to_owned()) };
        let error =
            StatsParams::default().to_question(&backwards, &FilterParams::default(), HOUR).unwrap_err();
        assert_eq!(error.field_errors()[0].field, "from");
    }
}
