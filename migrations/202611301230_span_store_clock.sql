-- What is believed of the time (crates/span_store/src/upkeep/trust.rs): retention never follows a clock that has just jumped.
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),  -- one row
    believed_unix_nano INTEGER,             -- the newest time that was believed; NULL before the first
    unmarked_through INTEGER NOT NULL       -- records up to this one came before anything was noted in clock_marks
) STRICT;

-- Records up to one were received before a time that was believed, later ones after another. The times never go back.
CREATE TABLE clock_marks (
    through_sequence INTEGER PRIMARY KEY,
    until_unix_nano INTEGER NOT NULL,
    since_unix_nano INTEGER NOT NULL        -- later than the other where nothing was received for a while
) STRICT;
