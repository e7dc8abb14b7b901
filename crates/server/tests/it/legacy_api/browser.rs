//! A client with the two cookies of the Go server's API in its own hands, so that requests can leave out either.

use junjo_go_migration::compare::Answer;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::harness::{EMAIL, PASSWORD, PATIENCE, TestServer};

/// Where the old page is developed.
pub(crate) const ORIGIN: &str = "http://localhost:5153";

/// An answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    /// The body as JSON, or as a text.
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| Value::String(self.text.clone()))
    }

    /// What is compared with the Go server's answer.
    pub(crate) fn compared(&self) -> Answer {
        let headers =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()));
        Answer::new(self.status, headers, self.text.clone())
    }

    /// Every value of a header, in order.
    pub(crate) fn all<'a>(&'a self, name: &str) -> Vec<&'a str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

/// A request.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
}

/// Waits until the index answers; before, every question about telemetry is 503.
pub(crate) async fn index_is_open(server: &TestServer) {
    junjo_test_support::eventually("opening the index", PATIENCE, || async {
        let health = Browser::at(server).get("/health").await;
        (health.body()["index"] == "ok").then_some(())
    })
    .await;
}

/// A browser at the old page.
pub(crate) struct Browser {
    base: String,
    client: Client,
    pub(crate) session: Option<String>,
    pub(crate) csrf: Option<String>,
}

impl Browser {
    pub(crate) fn at(server: &TestServer) -> Self {
        let client = Client::builder().timeout(PATIENCE).build().unwrap();
        Self { base: format!("http://{}", server.http), client, session: None, csrf: None }
    }

    /// One that set the server up and signed in as the old page does, with an index that answers.
    pub(crate) async fn signed_in(server: &TestServer) -> Self {
        index_is_open(server).await;
        let mut browser = Self::at(server);
        browser.get("/auth-test").await;
        let account = serde_json::json!({"email": EMAIL, "password": PASSWORD});
        assert_eq!(browser.send(Method::POST, "/users/create-first-user", &account).await.status, 200);
        assert_eq!(browser.send(Method::POST, "/sign-in", &account).await.status, 200);
        browser
    }

    /// The cookies, as a header.
    pub(crate) fn cookies(&self) -> String {
        let pair = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}={value}"));
        let pairs = [pair("session", &self.session), pair("csrf", &self.csrf)];
        pairs.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answered {
        self.with_cookies(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, body: &Value) -> Answered {
        self.with_cookies(method, path, Some(body), &[]).await
    }

    /// A request with the cookies that there are, whose answer's cookies are kept.
    pub(crate) async fn with_cookies(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answered {
        let mut all = vec![("origin".to_owned(), ORIGIN.to_owned())];
        all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        if !self.cookies().is_empty() {
            all.push(("cookie".to_owned(), self.cookies()));
        }
        if body.is_some() {
            all.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        self.ask(Ask { method, path, headers: all, body: body.map(Value::to_string) }).await
    }

    /// Exactly this request; the cookies of its answer are kept.
    pub(crate) async fn ask(&mut self, ask: Ask<'_>) -> Answered {
        let mut request = self.client.request(ask.method, format!("{}{}", self.base, ask.path));
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        if let Some(body) = ask.body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answered = Answered { status, headers, text: response.text().await.unwrap() };
        for cookie in answered.all("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let value = (!value.is_empty()).then(|| value.to_owned());
            match name {
                "session" => self.session = value,
                "csrf" => self.csrf = value,
                other => panic!("an unknown cookie: {other}"),
            }
        }
        answered
    }
}
