package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// slow is what a statement may take before the log tells of it.
const slow = time.Second

// slowLog tells of slow statements, without their values: those may be names or answers. Errors are not for it: they go
// up to whoever asked, and the messages of a database quote values, too.
type slowLog struct{}

// LogMode changes nothing.
func (l slowLog) LogMode(logger.LogLevel) logger.Interface { return l }

// Info, Warn and Error are what GORM says of itself.
func (slowLog) Info(ctx context.Context, msg string, _ ...any) { slog.InfoContext(ctx, msg) }

// Warn is for what GORM finds odd.
func (slowLog) Warn(ctx context.Context, msg string, _ ...any) { slog.WarnContext(ctx, msg) }

// Error is for GORM's own errors.
func (slowLog) Error(ctx context.Context, msg string, _ ...any) { slog.ErrorContext(ctx, msg) }

// Trace is called after each statement.
func (slowLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), _ error) {
	if took := time.Since(begin); took >= slow {
		q, rows := statement()
		q = q[:min(len(q), 500)]
		slog.WarnContext(ctx, "slow statement", "took", took, "rows", rows, "sql", q)
	}
}

// ParamsFilter takes the values out of a statement.
func (slowLog) ParamsFilter(_ context.Context, q string, _ ...any) (string, []any) { return q, nil }
