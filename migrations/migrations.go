// Package migrations holds the database schema as numbered SQL files, one folder per database.
//
// The one rule: both folders have the same files and make the same tables and columns; a test in internal/store
// compares them. A released file never changes: the next change is the next file.
package migrations

import "embed"

// FS holds sqlite/NNNN_name.sql and postgres/NNNN_name.sql.
//
//go:embed sqlite/*.sql postgres/*.sql
var FS embed.FS
