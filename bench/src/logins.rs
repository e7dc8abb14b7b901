//! `logins`: how quickly signed-in people and senders are answered while many others sign in. Passwords are hashed on purpose
//! slowly; what is measured is whether that is felt by anybody else, and what memory it takes.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::LoginsArgs;
use crate::load::Latencies;
use crate::measure::Memory;
use crate::subject::{ServerProcess, program};

/// Longest wait for an answer: logins queue behind each other, that is the point.
const CALL_LIMIT: Duration = Duration::from_mins(1);
/// How long the calls are measured without logins beside them.
const ALONE: Duration = Duration::from_secs(3);
/// Between two calls of one kind: a page and a sender, not a load test.
const CALL_INTERVAL: Duration = Duration::from_millis(5);
/// How to come by the program that is measured.
const BUILD_SERVER: &str = "cargo build --release -p junjo-server";
const PASSWORD: &str = "a bench needs no secret";

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    people: u16,
    seconds: u64,
    alone: Calls,
    beside_logins: Calls,
    logins: u64,
    logins_refused: u64,
    login_p50_millis: f64,
    login_p99_millis: f64,
    idle_bytes: u64,
    peak_bytes: u64,
}

/// The calls of people and programs that are in already.
#[derive(Debug, Serialize)]
struct Calls {
    me: Summary,
    key_check: Summary,
}

#[derive(Debug, Serialize)]
struct Summary {
    count: usize,
    p50_millis: f64,
    p99_millis: f64,
    max_millis: f64,
}

impl From<Latencies> for Summary {
    fn from(mut latencies: Latencies) -> Self {
        Self {
            count: latencies.count(),
            p50_millis: latencies.percentile_millis(0.5),
            p99_millis: latencies.percentile_millis(0.99),
            max_millis: latencies.percentile_millis(1.0),
        }
    }
}

/// Starts a server, signs people in at once, and times others meanwhile.
pub(crate) async fn run(args: &LoginsArgs) -> anyhow::Result<Measured> {
    let server = program(args.server.as_ref(), "junjo-server", BUILD_SERVER)?;
    let dir = tempfile::tempdir()?;
    let process = ServerProcess::start(&server, dir.path(), &["--otlp-http-addr=127.0.0.1:0".to_owned()])?;
    let base = format!("http://{}", process.http());
    let admin = Client::builder().cookie_store(true).timeout(CALL_LIMIT).build()?;
    post(&admin, &format!("{base}/auth/register"), &account(0)).await?;
    for number in 1..=args.people {
        post(&admin, &format!("{base}/auth/register"), &account(number)).await?;
    }
    let key = post(&admin, &format!("{base}/api-keys"), &json!({"name": "bench"})).await?;
    let key = key["key"].as_str().context("the server gave no key")?.to_owned();
    let caller = Caller { base: base.clone(), client: admin, key };

    let alone = caller.call_until(Instant::now() + ALONE).await?;
    let idle_bytes = Memory::of(process.pid()).now_bytes;
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let people = (1..=args.people).map(|number| sign_in_until(&base, number, end));
    let (beside_logins, logins) = futures::try_join!(caller.call_until(end), try_join_all(people))?;

    let mut times = Latencies::default();
    let mut refused = 0;
    for person in logins {
        refused += person.refused;
        person.times.into_iter().for_each(|time| times.add(time));
    }
    let peak_bytes = Memory::of(process.pid()).peak_bytes;
    process.stop().await?;
    Ok(Measured {
        people: args.people,
        seconds: args.seconds,
        alone,
        beside_logins,
        logins: times.count() as u64,
        logins_refused: refused,
        login_p50_millis: times.percentile_millis(0.5),
        login_p99_millis: times.percentile_millis(0.99),
        idle_bytes,
        peak_bytes,
    })
}

/// Somebody who is signed in, and a sender.
struct Caller {
    base: String,
    client: Client,
    key: String,
}

impl Caller {
    async fn call_until(&self, end: Instant) -> anyhow::Result<Calls> {
        let me = || self.client.request(Method::GET, format!("{}/auth/me", self.base));
        // an empty export does nothing but have its key checked
        let export = || {
            let request = self.client.request(Method::POST, format!("{}/v1/traces", self.base));
            request.header("x-junjo-api-key", &self.key).header("content-type", "application/json").body("{}")
        };
        let (me, key_check) = futures::try_join!(time_until(end, me), time_until(end, export))?;
        Ok(Calls { me: me.into(), key_check: key_check.into() })
    }
}

async fn time_until(end: Instant, call: impl Fn() -> RequestBuilder) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    while Instant::now() < end {
        let started = Instant::now();
        let answer = call().send().await?;
        let status = answer.status();
        answer.bytes().await?;
        latencies.add(started.elapsed());
        ensure!(status == StatusCode::OK, "a measured call was answered with {status}");
        tokio::time::sleep(CALL_INTERVAL).await;
    }
    Ok(latencies)
}

/// One person's logins.
struct Person {
    times: Vec<Duration>,
    /// Told to come back later: by a limit, or because too many were waiting.
    refused: u64,
}

/// Signs in again and again, from an address of one's own: limits are per address and account.
async fn sign_in_until(base: &str, number: u16, end: Instant) -> anyhow::Result<Person> {
    let [high, low] = number.to_be_bytes();
    let address = IpAddr::V4(Ipv4Addr::new(127, 9, high, low));
    let client = Client::builder().local_address(address).timeout(CALL_LIMIT).build()?;
    let mut person = Person { times: Vec::new(), refused: 0 };
    while Instant::now() < end {
        let started = Instant::now();
        let request = client.post(format!("{base}/auth/login")).header("content-type", "application/json");
        let answer = request.body(account(number).to_string()).send().await?;
        match answer.status() {
            StatusCode::OK => person.times.push(started.elapsed()),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                person.refused += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            other => anyhow::bail!("a login was answered with {other}"),
        }
    }
    Ok(person)
}

fn account(number: u16) -> Value {
    json!({"email": format!("person{number}@example.com"), "password": PASSWORD})
}

async fn post(client: &Client, url: &str, body: &Value) -> anyhow::Result<Value> {
    let request = client.post(url).header("content-type", "application/json").body(body.to_string());
    let text = request.send().await?.error_for_status()?.text().await?;
    Ok(serde_json::from_str(&text)?)
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes >> 20;
        writeln!(formatter, "{} people sign in at once, for {} s", self.people, self.seconds)?;
        writeln!(formatter, "{:<26} {:>10} {:>10} {:>10} {:>10}", "", "calls", "p50 ms", "p99 ms", "max ms")?;
        for (name, summary) in [
            ("/auth/me alone", &self.alone.me),
            ("/auth/me beside logins", &self.beside_logins.me),
            ("key check alone", &self.alone.key_check),
            ("key check beside logins", &self.beside_logins.key_check),
        ] {
            writeln!(
                formatter,
                "{name:<26} {:>10} {:>10.2} {:>10.2} {:>10.2}",
                summary.count, summary.p50_millis, summary.p99_millis, summary.max_millis
            )?;
        }
        writeln!(
            formatter,
            "logins: {} done (p50 {:.0} ms, p99 {:.0} ms), {} told to come back",
            self.logins, self.login_p50_millis, self.login_p99_millis, self.logins_refused
        )?;
        write!(
            formatter,
            "resident memory: {} MiB before, {} MiB at most",
            mib(self.idle_bytes),
            mib(self.peak_bytes)
        )
    }
}
