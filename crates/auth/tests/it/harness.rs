//! A served auth feature and clients with a cookie jar of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::routing::{get, post};
use http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use junjo_auth::{
    AdminUser, AuthConfig, CurrentUser, LoginLimits, MemberUser, PasswordCost, Rate, State as AuthState,
};
use junjo_web::client::{ProxyTrust, PublicUrl, parse_network};
use junjo_web::query::declared;
use junjo_web::{ManualClock, db, edge};
use serde_json::{Value, json};
use sqlx::SqlitePool;
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const ADMIN: &str = "ada@example.org";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Where browsers find the server, unless they say otherwise.
const HOST_NAME: &str = "localhost:1324";

/// The address that the fake reverse proxy of these tests has.
pub(crate) const PROXY: &str = "10.0.0.1:40000";

pub(crate) struct TestApp {
    pub(crate) clock: ManualClock,
    pub(crate) state: AuthState,
    pub(crate) pool: SqlitePool,
    router: Router,
    folder: Arc<TempDir>,
    config: AuthConfig,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(test_config()).await
    }

    pub(crate) async fn start_with(config: AuthConfig) -> Self {
        Self::open(Arc::new(tempfile::tempdir().unwrap()), ManualClock::default(), config).await
    }

    /// The same data served by a new process.
    pub(crate) async fn restart(self) -> Self {
        self.pool.close().await;
        Self::open(self.folder, self.clock, self.config).await
    }

    async fn open(folder: Arc<TempDir>, clock: ManualClock, config: AuthConfig) -> Self {
        let pool = db::open_pool(&folder.path().join("app.db")).await.unwrap();
        db::migrate(&pool).await.unwrap();
        let state = AuthState::new(pool.clone(), clock.shared(), config.clone()).unwrap();
        let trust = ProxyTrust {
            public_url: config.public_url.clone(),
            trusted_proxies: vec![parse_network("10.0.0.0/8").unwrap()],
        };
        let (auth_routes, document) = junjo_auth::routes().with_state(state.clone()).split_for_parts();
        let auth_routes = declared(auth_routes, &document);
        let other_feature = Router::new()
            .route("/anyone", get(async |_: CurrentUser| "ok"))
            .route("/members", post(async |_: MemberUser| "ok"))
            .route("/admins", post(async |_: AdminUser| "ok"));
        let router = junjo_auth::protect(auth_routes.merge(other_feature), &state).unwrap();
        let router = edge::wrap(router, trust);
        Self { clock, state, pool, router, folder, config }
    }

    /// A browser without a cookie.
    pub(crate) fn anon(&self) -> Client {
        Client { router: self.router.clone(), cookie: None, peer: "192.0.2.1:50000".parse().unwrap() }
    }

    /// A browser that has just registered the first account.
    pub(crate) async fn first_admin(&self) -> Client {
        let mut client = self.anon();
        let reply = client.post("/auth/register", json!({"email": ADMIN, "password": PASSWORD})).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        client
    }

    /// A browser signed in with an account that `admin` has just created.
    pub(crate) async fn user(&self, admin: &mut Client, email: &str, role: &str) -> Client {
        let account = json!({"email": email, "password": PASSWORD, "role": role});
        assert_eq!(admin.post("/auth/register", account).await.status, StatusCode::CREATED);
        let mut client = self.anon();
        assert_eq!(client.login(email, PASSWORD).await.status, StatusCode::OK);
        client
    }
}

/// Cheap hashes and wide limits, so that a test meets only what it asks for.
pub(crate) fn test_config() -> AuthConfig {
    let wide = Rate::new(1000, Duration::from_secs(1));
    AuthConfig {
        password_cost: PasswordCost { memory_kib: 64, passes: 1, lanes: 1 },
        login_limits: LoginLimits { per_ip: wide, per_account: wide },
        ..AuthConfig::default()
    }
}

pub(crate) fn https_config() -> AuthConfig {
    AuthConfig { public_url: Some(PublicUrl::parse("https://junjo.example").unwrap()), ..test_config() }
}

#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    pub(crate) cookie: Option<String>,
    pub(crate) peer: SocketAddr,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Client {
    pub(crate) async fn login(&mut self, email: &str, password: &str) -> Reply {
        self.post("/auth/login", json!({"email": email, "password": password})).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.call(Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, &[], body.to_string()).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Reply {
        self.call(Method::DELETE, path, &[], Body::empty()).await
    }

    /// The id of the account that is signed in.
    pub(crate) async fn own_id(&mut self) -> String {
        self.get("/auth/me").await.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn post_with(&mut self, path: &str, body: Value, headers: &[(&str, &str)]) -> Reply {
        self.call(Method::POST, path, headers, body.to_string()).await
    }

    pub(crate) async fn call(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(HOST, HOST_NAME);
        }
        request = request.header(CONTENT_TYPE, "application/json").extension(ConnectInfo(self.peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, format!("session={cookie}"));
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        self.store_cookie(&response);
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    fn store_cookie(&mut self, response: &Response) {
        let Some(cookie) = response.headers().get(SET_COOKIE) else {
            return;
        };
        let value = cookie.to_str().unwrap().split(';').next().unwrap().strip_prefix("session=").unwrap();
        self.cookie = (!value.is_empty()).then(|| value.to_owned());
    }
}

impl Reply {
    /// Asserts a problem document of `status` and returns its detail.
    #[track_caller]
    pub(crate) fn problem(&self, status: StatusCode) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers[CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.body["status"], status.as_u16());
        assert_eq!(self.body["request_id"], self.headers["x-request-id"].to_str().unwrap());
        self.body["detail"].as_str().unwrap().to_owned()
    }

    pub(crate) fn set_cookie(&self) -> Option<&str> {
        self.headers.get(SET_COOKIE).map(|value| value.to_str().unwrap())
    }
}
