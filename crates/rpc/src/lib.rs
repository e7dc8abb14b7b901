//! The internal gRPC contracts of `proto/`, generated. It holds no behaviour.

/// Junjo's existing interfaces, kept: span-wise reading of an ingestion service, and key checks for one.
pub mod ingestion {
    tonic::include_proto!("ingestion");
}

/// Reading an ingestion service batch by batch.
pub mod batches {
    tonic::include_proto!("junjo.ingestion.v1");
}
