//! Accounts and views served together, and signed-in callers.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use junjo_auth::{AuthConfig, PasswordCost, State as AuthState};
use junjo_views::State as Views;
use junjo_web::client::ProxyTrust;
use junjo_web::{ManualClock, db, edge};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

const PASSWORD: &str = "correct horse battery";

pub(crate) struct TestApp {
    pub(crate) clock: ManualClock,
    router: Router,
    _folder: TempDir,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let pool = db::open_pool(&folder.path().join("app.db")).await.unwrap();
        db::migrate(&pool).await.unwrap();
        let password_cost = PasswordCost { memory_kib: 64, passes: 1, lanes: 1 };
        let config = AuthConfig { password_cost, ..AuthConfig::default() };
        let auth = AuthState::new(pool.clone(), clock.shared(), config).unwrap();
        let views = Views::new(pool, clock.shared(), auth.audit_log());
        let own = junjo_views::routes().with_state(views);
        let (features, document) = junjo_auth::routes().with_state(auth.clone()).merge(own).split_for_parts();
        let features = junjo_web::query::declared(features, &document);
        let router = edge::wrap(junjo_auth::protect(features, &auth).unwrap(), ProxyTrust::default());
        Self { clock, router, _folder: folder }
    }

    pub(crate) fn anon(&self) -> Client {
        Client { router: self.router.clone(), cookie: None }
    }

    pub(crate) async fn admin(&self) -> Client {
        let mut client = self.anon();
        let account = json!({"email": "admin@example.org", "password": PASSWORD});
        assert_eq!(client.post("/auth/register", account).await.0, StatusCode::CREATED);
        client
    }

    pub(crate) async fn user(&self, admin: &mut Client, name: &str, role: &str) -> Client {
        let email = format!("{name}@example.org");
        let account = json!({"email": email, "password": PASSWORD, "role": role});
        assert_eq!(admin.post("/auth/register", account).await.0, StatusCode::CREATED);
        let mut client = self.anon();
        let login = json!({"email": email, "password": PASSWORD});
        assert_eq!(client.post("/auth/login", login).await.0, StatusCode::OK);
        client
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    cookie: Option<String>,
}

impl Client {
    pub(crate) async fn get(&mut self, path: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, Value::Null).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, body).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::PATCH, path, body).await
    }

    pub(crate) async fn put(&mut self, path: &str) -> StatusCode {
        self.call(Method::PUT, path, Value::Null).await.0
    }

    pub(crate) async fn delete(&mut self, path: &str) -> StatusCode {
        self.call(Method::DELETE, path, Value::Null).await.0
    }

    /// Keeps a view and returns its path.
    pub(crate) async fn keep(&mut self, name: &str, is_shared: bool) -> String {
        let view =
            json!({"page": "traces", "name": name, "is_shared": is_shared, "search": {"status": "error"}});
        let (status, body) = self.post("/views", view).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        format!("/views/{}", body["id"].as_str().unwrap())
    }

    /// The names in a list of views, in its order.
    pub(crate) async fn names(&mut self, path: &str) -> Vec<String> {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let items = body["items"].as_array().unwrap();
        items.iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn call(&mut self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        request = request.header(CONTENT_TYPE, "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, format!("session={cookie}"));
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let value = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(value.strip_prefix("session=").unwrap().to_owned());
        }
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}
