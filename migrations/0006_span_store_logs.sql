-- Log records are a second dataset of the archive, with marks of its own.
INSERT INTO archive_totals VALUES ('logs', 0, 0);
