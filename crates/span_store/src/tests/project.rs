//! The project of spans and log records: from the key that sent them, in index, archive, scans and exports, and what files
//! from before there were projects are taken to say.

use std::fs::File;
use std::path::Path;

use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;

use junjo_span_model::PriceTable;

use super::logs::log;
use super::upkeep::exported;
use super::*;
use crate::{ArchiveFile, ExportedField, FieldValue, LogFilter, Rederivation, SpanExpr, SpanFilter};

fn sender(project: &str) -> Sender {
    Sender { key_id: "key-1".to_owned(), project: project.to_owned() }
}

fn tagged(trace: u8) -> Span {
    Span {
        attributes: vec![attribute("x.tag", Value::StringValue("yes".into()))],
        ..span(trace, trace, None)
    }
}

impl Fixture {
    /// One span and one log record of each project.
    async fn send_of(&self, projects: &[&str]) {
        for (number, project) in (1..).zip(projects) {
            self.append_of(sender(project), vec![tagged(number)], 1_000).await;
            self.append_logs_of(sender(project), vec![log(number.into(), project)]).await;
        }
        self.index();
    }

    /// Numbers of the spans that match, lowest first.
    async fn found(&self, expr: &str) -> Vec<u8> {
        let filter = SpanFilter { expr: Some(SpanExpr::parse(expr).unwrap()), ..SpanFilter::default() };
        let page = self.store.spans(&filter, 100, None).await.unwrap();
        assert_eq!((page.next, page.incomplete), (None, None));
        let mut found: Vec<u8> = page.items.iter().map(|row| row.span_id.0[7]).collect();
        found.sort_unstable();
        found
    }

    /// Bodies of the log records of a project.
    async fn logs_of(&self, project: &str) -> Vec<String> {
        let filter = LogFilter { project: Some(project.to_owned()), ..LogFilter::default() };
        let page = self.store.logs(&filter, 100, None).await.unwrap();
        assert!(page.items.iter().all(|log| log.row.project == project));
        page.items.into_iter().map(|log| log.body).collect()
    }

    /// The archive as a server from before there were projects would have written it.
    async fn forget_projects_in_archive(&self) {
        for file in self.store.catalog().manifest().all_files() {
            let (bytes, checksum) = write_version_1(&self.dir.path().join("archive").join(&file.path), &file);
            let sql =
                "UPDATE archive_files SET schema_version = 1, file_bytes = ?, checksum = ? WHERE path = ?";
            let update = sqlx::query(sql).bind(bytes).bind(checksum).bind(&file.path);
            update.execute(self.store.catalog().pool()).await.unwrap();
        }
    }
}

/// Writes a file again without the columns that version 1 had not; its size and checksum.
fn write_version_1(path: &Path, file: &ArchiveFile) -> (i64, i64) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    let newer: Vec<&str> = crate::columns::columns_after(1).map(|(name, _)| name).collect();
    let kept: Vec<usize> =
        (0..schema.fields().len()).filter(|at| !newer.contains(&schema.field(*at).name().as_str())).collect();
    assert!(kept.len() < schema.fields().len());
    let older = ArchiveFile { schema_version: 1, ..file.clone() };
    let footer = crate::archive::read::footer_of(&older)
        .into_iter()
        .map(|(key, value)| parquet::file::metadata::KeyValue::new(key, value));
    let properties = WriterProperties::builder().set_key_value_metadata(Some(footer.collect())).build();
    let schema = schema.project(&kept).unwrap().into();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema, Some(properties)).unwrap();
    for batch in batches {
        writer.write(&batch.project(&kept).unwrap()).unwrap();
    }
    writer.close().unwrap();
    let bytes = std::fs::read(path).unwrap();
    (i64::try_from(bytes.len()).unwrap(), i64::from(crc32fast::hash(&bytes)))
}

/// Scenario: spans and log records of two projects, in the log, in the archive, and after the index was lost. Guarantee:
/// filters find them by project on the index and in scans, logs too, and exports say it.
#[tokio::test(flavor = "multi_thread")]
async fn project_is_kept_and_filtered_everywhere() {
    let mut f = Fixture::new().await;
    f.send_of(&["default", "checkout", "checkout"]).await;
    for state in ["log", "archive", "index made anew"] {
        match state {
            "archive" => {
                f.seal().await.unwrap();
                f.wait_for_trim().await;
            }
            "index made anew" => f = f.rebuilt().await,
            _ => {}
        }
        assert_eq!(f.found("project = checkout").await, [2, 3], "{state}");
        assert_eq!(f.found("project != checkout").await, [1], "{state}");
        assert_eq!(f.found("project contains CHECK and attributes.x.tag = yes").await, [2, 3], "{state}");
        assert_eq!(f.found("project in (default) and attributes.x.tag exists").await, [1], "{state}");
        assert_eq!(f.logs_of("checkout").await, [r#""checkout""#, r#""checkout""#], "{state}");
        assert_eq!(f.logs_of("default").await, [r#""default""#], "{state}");
        let spans = exported(&f.store);
        let field = ExportedField::of_csv().find(|field| field.name == "project").unwrap();
        let projects: Vec<_> = spans.iter().map(|span| field.value(&span.row)).collect();
        assert_eq!(projects, ["default", "checkout", "checkout"].map(FieldValue::Text), "{state}");
    }
}

/// Scenario: archive files from before there were projects; the index is lost, they are searched, exported, derived again
/// and merged with each other. Guarantee: all in them is of the project `default`, nothing else changes, and what is written
/// anew has the column.
#[tokio::test(flavor = "multi_thread")]
async fn archive_without_projects_is_of_the_default_one() {
    let f = Fixture::new().await;
    for trace in [1, 2] {
        f.append_of(sender("lost"), vec![tagged(trace)], 1_000).await;
        f.append_logs_of(sender("lost"), vec![log(trace.into(), "lost")]).await;
        f.index();
        f.seal().await.unwrap();
        f.wait_for_trim().await;
    }
    let whole = exported(&f.store);
    f.forget_projects_in_archive().await;
    let f = f.rebuilt().await;
    let check = async |f: &Fixture| {
        assert_eq!(f.found("project = default").await, [1, 2]);
        assert_eq!(f.found("project = default and attributes.x.tag = yes").await, [1, 2]);
        assert!(f.found("project = lost and attributes.x.tag = yes").await.is_empty());
        assert_eq!(f.logs_of("default").await.len(), 2);
        for (before, after) in whole.iter().zip(exported(&f.store)) {
            let row = crate::SpanRow { project: "default".to_owned(), ..before.row.clone() };
            assert_eq!(after, crate::WholeSpan { row, ..before.clone() });
        }
    };
    check(&f).await;
    let versions = |f: &Fixture| {
        let mut versions: Vec<_> = f
            .store
            .catalog()
            .manifest()
            .all_files()
            .iter()
            .map(|file| (file.dataset.as_str(), file.schema_version))
            .collect();
        versions.sort_unstable();
        versions
    };
    assert_eq!(versions(&f), [("logs", 1), ("logs", 1), ("spans", 1), ("spans", 1)]);
    f.keep().await;
    assert_eq!(versions(&f), [("logs", 2), ("spans", 4)]);
    check(&f).await;
    let f = f.rebuilt().await;
    check(&f).await;
    f.store.close();
    let again = Rederivation { prices: PriceTable::bundled(), all: true };
    assert_eq!(f.store.rederive(again, NOW_UNIX_NANOS, |_, _, _| {}).await.unwrap().spans, 2);
    f.wal.close().await;
    let f = Fixture::open(f.dir).await;
    f.index();
    check(&f).await;
}
