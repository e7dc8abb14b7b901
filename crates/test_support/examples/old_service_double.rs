//! For `bench/old_service.py`: the double of Junjo's existing ingestion service as a program, which is sent spans at a steady
//! rate. `old_service_double RATE SECONDS` prints its address on loopback as its first line, then how many spans it has
//! every second, and runs until killed.
//!
//! Every thousandth span comes to lie a second too low, as one that was written late, and in the middle a thousand of them four
//! minutes too low, as after its clock was set back for a moment.

use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use junjo_test_support::{OldServiceDouble, SpanBuilder};

/// Bytes of an attribute of each span.
const PADDING: usize = 300;
const SPANS_OF_A_TRACE: u64 = 16;
const TICK: Duration = Duration::from_millis(50);
const LATE: u64 = 1_000;
const SET_BACK: u64 = 4 * 60_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let &[rate, seconds] = numbers.as_slice() else { return Err("old_service_double RATE SECONDS".into()) };
    let double = OldServiceDouble::with_padding(PADDING);
    writeln!(std::io::stdout(), "{}", double.serve().await?)?;
    let (total, began) = (rate * seconds, tokio::time::Instant::now());
    let (mut sent, mut said) = (0, 0);
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        let due = (rate * began.elapsed().as_millis() as u64 / 1_000).min(total);
        while sent < due {
            let back = if (total / 2..total / 2 + 1_000).contains(&sent) {
                SET_BACK
            } else if sent % LATE == 0 {
                1_000
            } else {
                0
            };
            send(&double, sent, back)?;
            sent += 1;
        }
        if began.elapsed().as_secs() > said {
            said = began.elapsed().as_secs();
            writeln!(std::io::stdout(), "{sent}")?;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, whose keys are those of the machine's clock"
)]
fn send(double: &OldServiceDouble, number: u64, back: u64) -> Result<(), Box<dyn Error>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let span = SpanBuilder::new(u128::from(number / SPANS_OF_A_TRACE + 1), number + 1, now.as_nanos() as u64);
    double.write(now.as_millis() as u64 - back, u128::from(number) << 32, Some(span));
    Ok(())
}
