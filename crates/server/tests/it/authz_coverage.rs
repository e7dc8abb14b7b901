//! Who may call what: every operation of the OpenAPI document and every gRPC method is called by nobody, by somebody with too
//! small a role, with the wrong credential, and by somebody who does not own the thing.
//!
//! The document drives the test: a new route is covered without a line here, and one that does not say who may call it fails.
//! The three lists below are reviewed by people; they should only get shorter.

use std::net::SocketAddr;

use junjo_test_support::OtlpClient;
use reqwest::Method;
use serde_json::{Value, json};
use tonic::Code;

use crate::harness::{Api, EMAIL, PASSWORD, TestServer};

/// Operations that answer anybody.
const PUBLIC: [&str; 12] = [
    "GET /ping",
    "GET /health",
    "GET /ready",
    "GET /ready/ingest",
    "GET /metrics", // off loopback it needs a read key; see pages.rs
    "GET /auth/setup",
    "GET /auth/config",
    "POST /auth/login",
    "POST /auth/logout",        // does nothing without a session
    "POST /auth/register", // open until the first account exists; afterwards 401 for nobody, 403 for others than admins
    "POST /auth/links/inspect", // the token in the body is the credential
    "POST /auth/links/redeem",
];

/// Changes that every signed-in person may make, viewers too: all of them to what is their own.
const OPEN_TO_VIEWERS: [&str; 11] = [
    "POST /auth/logout",
    "POST /auth/password",
    "POST /auth/reauthenticate",
    "DELETE /auth/sessions",
    "DELETE /auth/sessions/{id}",
    "DELETE /api-keys/{id}", // a viewer who was a member may still revoke their own keys
    "POST /views",           // how somebody reads is their own; sharing is for members
    "PATCH /views/{id}",
    "DELETE /views/{id}",
    "PUT /views/{id}/default",
    "DELETE /views/{id}/default",
];

/// gRPC services of `proto/` that the ingestion service serves, not this program; its own tests cover them.
const SERVED_ELSEWHERE: [&str; 2] = ["ingestion.InternalIngestionService", "junjo.ingestion.v1.BatchService"];

/// An operation and who may call it, as the document says.
struct Operation {
    method: Method,
    path: String,
    /// Answers without credentials, at least sometimes.
    is_open: bool,
    /// The role that a session needs; `viewer` when any will do. Nothing when sessions do not count.
    role: Option<String>,
    /// Whether a read key will do.
    takes_read_key: bool,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path with ids that have the right form and exist nowhere.
    fn example_path(&self) -> String {
        let mut path = self.path.clone();
        while let Some((before, rest)) = path.clone().split_once('{') {
            let (name, after) = rest.split_once('}').unwrap();
            let value = match name {
                "trace_id" => "1".repeat(32),
                "span_id" => "1".repeat(16),
                _ if before.starts_with("/auth/") => "00000000-0000-7000-8000-000000000000".to_owned(),
                _ => "AAAAAAAAAAAA".to_owned(),
            };
            path = format!("{before}{value}{after}");
        }
        path
    }

    async fn call(&self, api: &Api, bearer: Option<&str>) -> u16 {
        self.call_at(api, &self.example_path(), bearer).await
    }

    async fn call_at(&self, api: &Api, path: &str, bearer: Option<&str>) -> u16 {
        let mut call =
            api.call(self.method.clone(), path).header("content-type", "application/json").body("{}");
        if let Some(key) = bearer {
            call = call.header("authorization", format!("Bearer {key}"));
        }
        call.send().await.unwrap().status().as_u16()
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let security = operation["security"].as_array();
            let security = security.unwrap_or_else(|| panic!("{method} {path} does not say who may call it"));
            let session = security.iter().find_map(|way| way["session"].as_array());
            let role =
                session.map(|roles| roles.first().map_or("viewer", |role| role.as_str().unwrap()).to_owned());
            operations.push(Operation {
                method,
                path: path.clone(),
                is_open: security.iter().any(|way| way.as_object().unwrap().is_empty()),
                role,
                takes_read_key: security.iter().any(|way| way.get("read_key").is_some()),
            });
        }
    }
    assert!(operations.len() > 30, "the document has lost its operations");
    operations
}

/// One server with a person of every role and a key of every scope.
struct Cast {
    server: TestServer,
    admin: Api,
    member: Api,
    viewer: Api,
    read_key: String,
    ingest_key: String,
    operations: Vec<Operation>,
}

impl Cast {
    async fn start() -> Self {
        let server = TestServer::start().await;
        server.api.register().await;
        let admin = server.api.clone();
        let member = person(&admin, "member").await;
        let viewer = person(&admin, "viewer").await;
        let read_key = key(&admin, "read").await;
        let ingest_key = key(&admin, "ingest").await;
        let operations = operations(&admin.read("/openapi.json").await);
        Self { server, admin, member, viewer, read_key, ingest_key, operations }
    }

    /// Whoever an operation signed out is back for the next one. Sparing: attempts to sign in are limited.
    async fn sign_in_again(&self) {
        for (email, api) in
            [(EMAIL, &self.admin), ("member@example.com", &self.member), ("viewer@example.com", &self.viewer)]
        {
            if api.get("/auth/me").await.0 == 401 {
                let credentials = json!({"email": email, "password": PASSWORD});
                assert_eq!(api.post("/auth/login", &credentials).await.0, 200);
            }
        }
    }

    fn of_role(&self, role: &str) -> &Api {
        match role {
            "viewer" => &self.viewer,
            "member" => &self.member,
            "admin" => &self.admin,
            other => panic!("the document names a role {other:?}"),
        }
    }
}

async fn person(admin: &Api, role: &str) -> Api {
    let account = json!({"email": format!("{role}@example.com"), "password": PASSWORD, "role": role});
    let (status, body) = admin.post("/auth/register", &account).await;
    assert_eq!(status, 201, "{body}");
    signed_in(admin, role).await
}

/// Another browser of the person of this role.
async fn signed_in(admin: &Api, role: &str) -> Api {
    let api = admin.other_browser();
    let credentials = json!({"email": format!("{role}@example.com"), "password": PASSWORD});
    assert_eq!(api.post("/auth/login", &credentials).await.0, 200);
    api
}

async fn key(api: &Api, scope: &str) -> String {
    let (status, body) = api.post("/api-keys", &json!({"name": scope, "scope": scope})).await;
    assert_eq!(status, 201, "{body}");
    body["key"].as_str().unwrap().to_owned()
}

/// Scenario: every operation without credentials, with a made-up cookie, and with a valid cookie beside a made-up key.
/// Guarantee: 401 for all but the reviewed list of public ones, which is exactly what the document calls public.
#[tokio::test(flavor = "multi_thread")]
async fn anonymous_callers_reach_only_the_public_operations() {
    let cast = Cast::start().await;
    let mut public: Vec<_> =
        cast.operations.iter().filter(|operation| operation.is_open).map(Operation::name).collect();
    let mut reviewed = PUBLIC.map(str::to_owned).to_vec();
    public.sort();
    reviewed.sort();
    assert_eq!(public, reviewed, "review who may call these without credentials");

    let nobody = cast.admin.anonymous();
    for operation in cast.operations.iter().filter(|operation| !operation.is_open) {
        let name = operation.name();
        assert_eq!(operation.call(&nobody, None).await, 401, "{name} without credentials");
        let forged = nobody.call(operation.method.clone(), &operation.example_path());
        let forged = forged.header("cookie", "session=AAAAAAAAAAAAAAAAAAAAAA").body("{}");
        assert_eq!(forged.send().await.unwrap().status(), 401, "{name} with a made-up cookie");
        let key = Some("jj_made_up");
        assert_eq!(
            operation.call(&cast.admin, key).await,
            401,
            "{name}: a made-up key falls back on the cookie"
        );
    }
    cast.server.stop().await;
}

/// Scenario: every operation with the largest role that is too small, and by the smallest that is enough. Guarantee: 403, and
/// not refused; a change that viewers may make is on the reviewed list.
#[tokio::test(flavor = "multi_thread")]
async fn every_role_reaches_what_is_its_own_and_no_more() {
    let cast = Cast::start().await;
    for operation in &cast.operations {
        let (name, Some(needed)) = (operation.name(), operation.role.as_deref()) else { continue };
        let too_small: &[&str] = match needed {
            "viewer" => &[],
            "member" => &["viewer"],
            _ => &["viewer", "member"],
        };
        for role in too_small {
            // a body that is not even looked at: the refusal comes first
            if operation.name() == "POST /auth/register" {
                let account = json!({"email": "eve@example.com", "password": PASSWORD, "role": "admin"});
                assert_eq!(
                    cast.of_role(role).post("/auth/register", &account).await.0,
                    403,
                    "{name} as {role}"
                );
            } else {
                assert_eq!(operation.call(cast.of_role(role), None).await, 403, "{name} as {role}");
            }
        }
        if needed == "viewer" && operation.method != Method::GET {
            assert!(
                OPEN_TO_VIEWERS.contains(&name.as_str()),
                "{name} lets viewers change something: review it"
            );
        }
        let status = operation.call(cast.of_role(needed), None).await;
        assert!(![401, 403].contains(&status) && status < 500, "{name} as {needed}: {status}");
        cast.sign_in_again().await;
    }
    cast.server.stop().await;
}

/// Scenario: a read key and an ingest key on every operation. Guarantee: a read key opens exactly the operations that say so,
/// all of them reads of telemetry or metrics; an ingest key opens none.
#[tokio::test(flavor = "multi_thread")]
async fn keys_open_only_what_their_scope_says() {
    let cast = Cast::start().await;
    let nobody = cast.admin.anonymous();
    for operation in cast.operations.iter().filter(|operation| !operation.is_open) {
        let name = operation.name();
        let (read, ingest) = (Some(cast.read_key.as_str()), Some(cast.ingest_key.as_str()));
        assert_eq!(operation.call(&nobody, ingest).await, 401, "{name} with an ingest key");
        // an answer that streams for ever ends with the connection
        let status = operation.call(&nobody, read).await;
        if operation.takes_read_key {
            assert!(
                operation.method == Method::GET && operation.path.starts_with("/otel/"),
                "{name} takes keys"
            );
            assert!(![401, 403].contains(&status) && status < 500, "{name} with a read key: {status}");
        } else {
            assert_eq!(status, 401, "{name} with a read key");
            assert!(
                !(operation.method == Method::GET && operation.path.starts_with("/otel/")),
                "{name} is a read of telemetry that refuses read keys: ask for a TelemetryReader"
            );
        }
    }
    cast.server.stop().await;
}

/// Scenario: a member makes one of every thing that has an owner; another person names its id in every operation that is not
/// for admins. Guarantee: 404 as for an id that does not exist, and the thing is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_others_does_not_exist() {
    let cast = Cast::start().await;
    let account = json!({"email": "owner@example.com", "password": PASSWORD, "role": "member"});
    assert_eq!(cast.admin.post("/auth/register", &account).await.0, 201);
    let owner = signed_in(&cast.admin, "owner").await;
    let about_things = cast.operations.iter().filter(|operation| {
        let is_telemetry = operation.path.starts_with("/otel/"); // belongs to the server
        operation.path.contains('{') && operation.role.as_deref() != Some("admin") && !is_telemetry
    });
    let mut checked = 0;
    for operation in about_things {
        let collection = operation.path.split("/{").next().unwrap();
        let id = thing_of(&owner, collection).await;
        let path = operation.path.replace("{id}", &id);
        assert!(!path.contains('{'), "{path}: say here how to make one");
        assert_eq!(
            operation.call_at(&cast.member, &path, None).await,
            404,
            "{} of another's",
            operation.name()
        );
        let list = owner.read(collection).await;
        assert!(list["items"].to_string().contains(&id), "{} was changed by a stranger", operation.name());
        checked += 1;
    }
    assert!(checked >= 4, "only {checked} operations were checked");
    cast.server.stop().await;
}

/// Makes one thing in `collection` and returns its id.
async fn thing_of(owner: &Api, collection: &str) -> String {
    match collection {
        "/api-keys" => {
            let (status, body) = owner.post("/api-keys", &json!({"name": "mine"})).await;
            assert_eq!(status, 201, "{body}");
            body["id"].as_str().unwrap().to_owned()
        }
        "/views" => {
            let before = owner.read("/views").await["items"].as_array().unwrap().len();
            let view =
                json!({"page": "traces", "name": format!("view {before}"), "search": {"status": "error"}});
            let (status, body) = owner.post("/views", &view).await;
            assert_eq!(status, 201, "{body}");
            body["id"].as_str().unwrap().to_owned()
        }
        "/auth/sessions" => {
            let sessions = owner.read("/auth/sessions").await;
            sessions["items"][0]["id"].as_str().unwrap().to_owned()
        }
        other => panic!("{other} has owners: say here how to make one"),
    }
}

/// Every method of every service in `proto/`, as `package.Service` and `Method`.
fn grpc_methods() -> Vec<(String, String)> {
    let proto = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let mut folders = vec![proto];
    let mut methods = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let (mut package, mut service) = (String::new(), String::new());
            for line in text.lines().map(str::trim) {
                let words: Vec<_> =
                    line.split([' ', ';', '(', '{']).filter(|word| !word.is_empty()).collect();
                match words.as_slice() {
                    ["package", name, ..] => (*name).clone_into(&mut package),
                    ["service", name, ..] => service = format!("{package}.{name}"),
                    ["rpc", name, ..] => methods.push((service.clone(), (*name).to_owned())),
                    _ => {}
                }
            }
        }
    }
    methods
}

async fn grpc_code(addr: SocketAddr, path: &str, header: Option<(&'static str, &str)>) -> Code {
    OtlpClient::new(addr, None)
        .call_path(path, header)
        .await
        .map_or_else(|status| status.code(), |_| Code::Ok)
}

/// Scenario: every gRPC method that this program serves, without a credential, with a made-up one, and with one for something
/// else. Guarantee: UNAUTHENTICATED; with the right one it answers.
#[tokio::test(flavor = "multi_thread")]
async fn grpc_methods_need_their_credential() {
    let cast = Cast::start().await;
    for path in junjo_ingest::GRPC_METHODS {
        let addr = cast.server.grpc;
        assert_eq!(grpc_code(addr, path, None).await, Code::Unauthenticated, "{path}");
        for wrong in ["jj_made_up", &cast.read_key] {
            let code = grpc_code(addr, path, Some(("x-junjo-api-key", wrong))).await;
            assert_eq!(code, Code::Unauthenticated, "{path} with {wrong}");
        }
        assert_eq!(
            grpc_code(addr, path, Some(("x-junjo-api-key", &cast.ingest_key))).await,
            Code::Ok,
            "{path}"
        );
    }
    cast.server.stop().await;

    let arguments = [
        "--ingestion-url=http://127.0.0.1:9",
        "--internal-grpc-addr=127.0.0.1:0",
        "--internal-token=a-long-shared-token",
    ];
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &arguments).await;
    let mut checked = 0;
    for (service, method) in grpc_methods() {
        if SERVED_ELSEWHERE.contains(&service.as_str()) {
            continue;
        }
        let path = format!("/{service}/{method}");
        assert_eq!(grpc_code(server.internal(), &path, None).await, Code::Unauthenticated, "{path}");
        let wrong = Some(("authorization", "Bearer a-long-shared-token-"));
        assert_eq!(grpc_code(server.internal(), &path, wrong).await, Code::Unauthenticated, "{path}");
        let right = Some(("authorization", "Bearer a-long-shared-token"));
        assert_eq!(grpc_code(server.internal(), &path, right).await, Code::Ok, "{path}");
        checked += 1;
    }
    assert_eq!(checked, 1, "a service of proto/ is served nowhere, or new: review it");
    server.stop().await;
}
