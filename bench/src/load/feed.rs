//! What to send next: a corpus once, from memory or from a file, or a pool renewed without end.

use std::sync::Arc;

use anyhow::{anyhow, bail};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::clock::unix_nanos;
use crate::corpus::{self, Mixed, Reader, Template, frame};

/// A request ready to be sent.
pub(crate) struct Outgoing {
    /// A gRPC frame: flag, length, message.
    pub(crate) framed: Bytes,
    pub(crate) spans: u32,
    pub(crate) last_trace: Option<[u8; 16]>,
}

/// A source of requests.
pub(crate) enum Feed {
    /// Every request of the pool once.
    Once { pool: Arc<Vec<Outgoing>>, next: usize },
    /// Every request of the file once.
    File { reader: Reader },
    /// Every request of a made-up corpus once, made while sending.
    Made(Box<Mixed>),
    /// The pool again and again, each time as new spans that end now.
    Renewed { pool: Arc<Vec<Template>>, next: u64 },
}

impl Feed {
    /// `pool` as it is, compressed now so that no time is spent on it while measuring.
    pub(crate) fn once(pool: &[Template], gzip: bool) -> anyhow::Result<Self> {
        let prepare = |template: &Template| -> anyhow::Result<Outgoing> {
            let framed =
                if gzip { frame(&gzipped(template.message())?, true) } else { template.framed().clone() };
            let last_trace = template.last_trace(template.framed());
            Ok(Outgoing { framed, spans: template.span_count(), last_trace })
        };
        let pool = pool.iter().map(prepare).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self::Once { pool: Arc::new(pool), next: 0 })
    }

    pub(crate) fn file(reader: Reader) -> Self {
        Self::File { reader }
    }

    /// `first_generation` must differ between runs against one server.
    pub(crate) fn renewed(pool: Arc<Vec<Template>>, first_generation: u64) -> anyhow::Result<Self> {
        if pool.is_empty() {
            bail!("the corpus is empty");
        }
        let next = first_generation * pool.len() as u64;
        Ok(Self::Renewed { pool, next })
    }

    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Outgoing>> {
        match self {
            Self::Once { pool, next } => {
                let found = pool.get(*next);
                *next += 1;
                Ok(found.map(Outgoing::again))
            }
            Self::File { reader } => reader.next().transpose()?.map(|message| outgoing(&message)).transpose(),
            Self::Made(corpus) => corpus.next().map(|message| outgoing(&message)).transpose(),
            Self::Renewed { pool, next } => {
                let length = pool.len() as u64;
                let template = &pool[(*next % length) as usize];
                let framed = template.renewed(*next / length + 1, unix_nanos());
                *next += 1;
                let last_trace = template.last_trace(&framed);
                Ok(Some(Outgoing { framed, spans: template.span_count(), last_trace }))
            }
        }
    }
}

impl Outgoing {
    fn again(&self) -> Self {
        Self { framed: self.framed.clone(), ..*self }
    }
}

fn outgoing(message: &[u8]) -> anyhow::Result<Outgoing> {
    let spans = corpus::count_spans(message)
        .map_err(|_| anyhow!("the corpus holds a message that is not an OTLP request"))?;
    Ok(Outgoing { framed: frame(message, false), spans, last_trace: None })
}

fn gzipped(message: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut encoder, message)?;
    encoder.finish()
}
