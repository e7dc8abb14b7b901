//! Every route of the Go server, and how it finds one for a path. It knows no handler.

use http::Method;

/// A route of the Go server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Ping,
    Csrf,
    SignIn,
    SignOut,
    AuthTest,
    HasUsers,
    CreateFirstUser,
    ListUsers,
    CreateUser,
    DeleteUser,
    ListKeys,
    CreateKey,
    DeleteKey,
    ServiceNames,
    RootSpans,
    RootSpansWithLlm,
    TraceSpans,
    Span,
    Workflows,
    Generate,
}

/// Patterns with their route, those without parameters first. A parameter is a part of the path, also an empty one; the last
/// one takes whatever is left, if it is anything.
const ROUTES: [(Method, &str, Route); 20] = [
    (Method::GET, "/ping", Route::Ping),
    (Method::GET, "/csrf", Route::Csrf),
    (Method::POST, "/sign-in", Route::SignIn),
    (Method::POST, "/sign-out", Route::SignOut),
    (Method::GET, "/auth-test", Route::AuthTest),
    (Method::GET, "/users/db-has-users", Route::HasUsers),
    (Method::POST, "/users/create-first-user", Route::CreateFirstUser),
    (Method::GET, "/users", Route::ListUsers),
    (Method::POST, "/users", Route::CreateUser),
    (Method::GET, "/api_keys", Route::ListKeys),
    (Method::POST, "/api_keys", Route::CreateKey),
    (Method::GET, "/otel/span-service-names", Route::ServiceNames),
    (Method::POST, "/llm/generate", Route::Generate),
    (Method::DELETE, "/users/:id", Route::DeleteUser),
    (Method::DELETE, "/api_keys/:key", Route::DeleteKey),
    (Method::GET, "/otel/service/:service/root-spans", Route::RootSpans),
    (Method::GET, "/otel/service/:service/root-spans-filtered", Route::RootSpansWithLlm),
    (Method::GET, "/otel/trace/:trace/nested-spans", Route::TraceSpans),
    (Method::GET, "/otel/trace/:trace/span/:span", Route::Span),
    (Method::GET, "/otel/spans/type/workflow/:service", Route::Workflows),
];

/// Patterns that answer without a session, whatever the method.
const PUBLIC: [&str; 5] = ["/ping", "/sign-in", "/csrf", "/users/create-first-user", "/users/db-has-users"];

/// The pattern whose requests need no csrf cookie.
const WITHOUT_CSRF: &str = "/sign-in";

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pattern: Option<&'static str>,
    /// What to do.
    pub(crate) action: Action,
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Answer this route with the parameters of its path.
    Answer(Route, Vec<String>),
    /// Refuse the method; the value of `Allow`.
    WrongMethod(String),
    /// There is no such path.
    Nothing,
}

impl Target {
    /// What `method` on `path` (as [`crate::path::go_path`] gives it) is for.
    pub(crate) fn find(method: &Method, path: &str) -> Self {
        let mut first_match = None;
        for (wanted, pattern, route) in &ROUTES {
            let Some(parameters) = matched(pattern, path) else { continue };
            if wanted == method {
                return Self { pattern: Some(pattern), action: Action::Answer(*route, parameters) };
            }
            first_match = first_match.or(Some(*pattern));
        }
        let action =
            first_match.map_or(Action::Nothing, |pattern| Action::WrongMethod(allowed_methods(pattern)));
        Self { pattern: first_match, action }
    }

    /// Whether somebody who is not signed in gets an answer.
    pub(crate) fn is_public(&self) -> bool {
        self.pattern.is_some_and(|pattern| PUBLIC.contains(&pattern))
    }

    /// Whether the method is wrong whoever asks: this server has the address as well, and promises 405 there.
    pub(crate) fn is_refused_anyway(&self) -> bool {
        self.pattern == Some("/ping") && matches!(self.action, Action::WrongMethod(_))
    }

    /// Whether the csrf cookie is asked for and issued.
    pub(crate) fn has_csrf(&self) -> bool {
        self.pattern != Some(WITHOUT_CSRF)
    }
}

/// Methods and patterns of all routes, for the documentation's test.
pub fn patterns() -> impl Iterator<Item = (Method, &'static str)> {
    ROUTES.into_iter().map(|(method, pattern, _)| (method, pattern))
}

fn allowed_methods(pattern: &str) -> String {
    let mut methods: Vec<&str> = ROUTES
        .iter()
        .filter(|(_, other, _)| *other == pattern)
        .map(|(method, _, _)| method.as_str())
        .collect();
    methods.sort_unstable();
    methods.insert(0, Method::OPTIONS.as_str());
    methods.join(", ")
}

fn matched(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut parameters = Vec::new();
    let (mut pattern, mut path) = (pattern, path);
    while let Some((fixed, rest)) = pattern.split_once(':') {
        path = path.strip_prefix(fixed).filter(|left| !left.is_empty())?;
        // the name ends where the next fixed part begins
        let Some(end) = rest.find('/') else {
            parameters.push(path.to_owned());
            return Some(parameters);
        };
        let length = path.find('/').unwrap_or(path.len());
        parameters.push(path[..length].to_owned());
        (pattern, path) = (&rest[end..], &path[length..]);
    }
    (pattern == path).then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(method: &Method, path: &str) -> Action {
        Target::find(method, path).action
    }

    fn answer(route: Route, parameters: &[&str]) -> Action {
        Action::Answer(route, parameters.iter().map(|text| (*text).to_owned()).collect())
    }

    /// Scenario: paths with full, empty and overlong parameters. Guarantee: the Go server's own reading of them.
    #[test]
    fn parameters_are_read_as_the_go_server_reads_them() {
        assert_eq!(action(&Method::GET, "/otel/service/a/root-spans"), answer(Route::RootSpans, &["a"]));
        assert_eq!(action(&Method::GET, "/otel/service//root-spans"), answer(Route::RootSpans, &[""]));
        assert_eq!(action(&Method::GET, "/otel/trace/t/span/a/b"), answer(Route::Span, &["t", "a/b"]));
        assert_eq!(action(&Method::GET, "/otel/trace/t/span/"), Action::Nothing);
        assert_eq!(action(&Method::GET, "/otel/spans/type/workflow/a/b"), answer(Route::Workflows, &["a/b"]));
        assert_eq!(action(&Method::GET, "/otel/spans/type/workflow/"), Action::Nothing);
        assert_eq!(action(&Method::GET, "/users/"), Action::Nothing);
        assert_eq!(action(&Method::DELETE, "/users/1/2"), answer(Route::DeleteUser, &["1/2"]));
    }

    /// Scenario: methods that a path does not have, and one that only a parameter's pattern has. Guarantee: the pattern without
    /// parameters wins, and the other one where only that has the method.
    #[test]
    fn methods_choose_among_patterns() {
        let delete = answer(Route::DeleteUser, &["db-has-users"]);
        assert_eq!(action(&Method::DELETE, "/users/db-has-users"), delete);
        let refused = Target::find(&Method::POST, "/users/db-has-users");
        assert_eq!(refused.action, Action::WrongMethod("OPTIONS, GET".to_owned()));
        assert!(refused.is_public());
        assert_eq!(action(&Method::HEAD, "/ping"), Action::WrongMethod("OPTIONS, GET".to_owned()));
        assert_eq!(action(&Method::PUT, "/users"), Action::WrongMethod("OPTIONS, GET, POST".to_owned()));
        assert!(!Target::find(&Method::GET, "/sign-in").has_csrf());
        assert!(!Target::find(&Method::GET, "/.well-known/jwks.json").is_public());
    }
}
