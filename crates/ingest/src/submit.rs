//! Telemetry that features of this server write about themselves: model calls of the playground, scores. It takes the path
//! of a request from the check of the message on, without key, compression or transport.

use bytes::Bytes;
use junjo_span_model::Signal;
use junjo_wal::Sender;

use crate::receiver::{Outcome, Receiver};
use crate::refusal::Refusal;
use crate::upload::Message;

/// What a feature writes.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Which OTLP message it is.
    pub signal: Signal,
    /// The feature, for example `llm`. It stands where requests have the id of their key, as `internal:llm`, which no key
    /// can have.
    pub source: &'static str,
    /// The project that it belongs to.
    pub project: String,
    /// A serialised OTLP export request.
    pub message: Bytes,
}

impl Receiver {
    /// Stores a message as if a sender had sent it: the same limits, check, counters and log. When it returns, what was
    /// accepted is on disk.
    ///
    /// [`Refusal::Unavailable`] is worth a retry, every other error is not.
    pub async fn submit(&self, submission: Submission) -> Result<Outcome, Refusal> {
        let signal = submission.signal;
        let stored = self.admit(submission).await;
        if let Err(refusal) = &stored {
            self.record_refusal(signal, refusal);
        }
        stored
    }

    async fn admit(&self, submission: Submission) -> Result<Outcome, Refusal> {
        let Submission { signal, source, project, message: bytes } = submission;
        let bytes_max = self.limits().message_bytes_max;
        if bytes.len() > bytes_max {
            return Err(Refusal::TooLarge { bytes_max });
        }
        let sender = Sender { key_id: format!("internal:{source}"), project };
        let mut share = self.admission().share(&sender.key_id);
        self.admission().reserve(&mut share, bytes.len()).await?;
        self.store(signal, sender, Message { bytes, share }).await
    }
}
