module junjo.local/ingestion-service

go 1.26
