//! Services whose telemetry is kept for fewer days than the rest: rows in `app.db`.

use sqlx::Row as _;

use crate::error::StoreError;
use crate::store::SpanStore;

/// Days for which the telemetry of one service is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAge {
    /// `service.name`
    pub service: String,
    /// Whole days after the day of receipt.
    pub days: u32,
}

impl SpanStore {
    /// The ages of single services, by name.
    pub async fn service_ages(&self) -> Result<Vec<ServiceAge>, StoreError> {
        let failed = || StoreError::manifest("read");
        let rows = sqlx::query("SELECT service, days FROM service_retention ORDER BY service")
            .fetch_all(self.manifest().pool())
            .await
            .map_err(failed())?;
        let age = |row: &sqlx::sqlite::SqliteRow| {
            let days: i64 = row.try_get(1)?;
            Ok(ServiceAge { service: row.try_get(0)?, days: u32::try_from(days).unwrap_or(u32::MAX) })
        };
        rows.iter().map(age).collect::<Result<_, sqlx::Error>>().map_err(failed())
    }

    /// Sets the ages of single services; those that are not named are kept like the rest.
    pub async fn set_service_ages(&self, ages: &[ServiceAge]) -> Result<(), StoreError> {
        let replace = async {
            let mut transaction = self.manifest().pool().begin().await?;
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
        replace.await.map_err(StoreError::manifest("write"))?;
        self.upkeep_state().lock().aged_on = None;
        Ok(())
    }
}
