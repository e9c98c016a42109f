// Package sqldb opens the one database of the product, SQLite or PostgreSQL, and gives the stores of
// all modules the same few tools on both: a retried transaction, a read snapshot, migrations, and
// errors that say what the office can do about them. It must not know any table, any module and any
// business word.
//
// # One SQL text for both engines
//
// Placeholders are $1, $2 …, each may be used more than once and in any order. Column types are TEXT,
// BIGINT, BOOLEAN and BYTEA; a time is a BIGINT of microseconds UTC (core.Micros). What was measured
// with these drivers and is held by TestOneSQLTextWorksOnBothEngines: BOOLEAN scans into bool, also
// out of expressions; BYTEA scans into []byte, a nil slice is stored as NULL and an empty one as an empty
// value, but SQLite reads both back as nil; TEXT keeps a text of digits as text. PostgreSQL refuses a NUL character and invalid UTF-8 in TEXT, SQLite
// does not: clean what comes from outside first. Double quotes are for identifiers only.
// PostgreSQL gives a parameter the type of its first use: (at >= $1 OR $1 = 0) is a BIGINT, the other way
// round it is an INT that does not hold a time.
//
// # Isolation
//
// A Tx is serializable on both engines. On SQLite it takes the write lock when it begins
// (BEGIN IMMEDIATE), so it never fails in the middle because another writer was faster. On PostgreSQL
// it runs as SERIALIZABLE and may be aborted and run again; therefore the function given to Tx must
// have no effect outside its transaction.
//
// # Connections
//
// SQLite has one writer whatever we do. So it gets one connection for writing, and writers queue for
// it in database/sql, in order of arrival and as long as their context allows, instead of polling the
// lock file (BenchmarkWrite compares the two). Reads have connections of their own which refuse to
// write; in WAL mode they see the last committed state and never wait for the writer. The database file is
// readable by its owner only. It must lie on a local disk: WAL does not work over a network share.
package sqldb
