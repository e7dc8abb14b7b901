//! Services whose telemetry is kept for fewer days than the rest: rows of `service_retention` in `app.db`.

use sqlx::{Row as _, SqlitePool};

use crate::error::StoreError;

/// Days for which the telemetry of one service is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAge {
    /// `service.name`
    pub service: String,
    /// Whole days after the day of receipt.
    pub days: u32,
}

/// The ages of single services.
#[derive(Clone)]
pub(crate) struct ServiceAges {
    pool: SqlitePool,
}

impl ServiceAges {
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// All of them, by name.
    pub(crate) async fn all(&self) -> Result<Vec<ServiceAge>, StoreError> {
        let failed = || StoreError::catalog("read");
        let rows = sqlx::query("SELECT service, days FROM service_retention ORDER BY service")
            .fetch_all(&self.pool)
            .await
            .map_err(failed())?;
        let age = |row: &sqlx::sqlite::SqliteRow| {
            let days: i64 = row.try_get(1)?;
            Ok(ServiceAge { service: row.try_get(0)?, days: u32::try_from(days).unwrap_or(u32::MAX) })
        };
        rows.iter().map(age).collect::<Result<_, sqlx::Error>>().map_err(failed())
    }

    /// Puts `ages` in the place of all that are set.
    pub(crate) async fn set(&self, ages: &[ServiceAge]) -> Result<(), StoreError> {
        let replace = async {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("DELETE FROM service_retention").execute(&mut *transaction).await?;
            for age in ages {
                sqlx::query("INSERT INTO service_retention VALUES (?1, ?2)")
                    .bind(&age.service)
                    .bind(i64::from(age.days))
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await
        };
        replace.await.map_err(StoreError::catalog("write"))
    }
}
