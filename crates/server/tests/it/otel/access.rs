//! Every query needs somebody who may read.

use crate::harness::TestServer;

/// Scenario: every route of queries without a session and with a wrong key. Guarantee: 401, nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn queries_need_a_session() {
    let server = TestServer::start().await;
    server.set_up().await;
    let paths = [
        "/otel/stats",
        "/otel/conversations",
        "/otel/conversations/x",
        "/otel/users",
        "/otel/spans",
        "/otel/tail",
    ];
    for path in paths {
        let anonymous = server.api.anonymous();
        assert_eq!(anonymous.get(path).await.0, 401, "{path}");
        let wrong = anonymous.call(reqwest::Method::GET, path).header("authorization", "Bearer jj_wrong");
        assert_eq!(wrong.send().await.unwrap().status(), 401, "{path}");
    }
    server.stop().await;
}
