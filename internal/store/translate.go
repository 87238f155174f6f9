package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"plainclothes/internal/fault"
)

// again is when a client may come back after an error that passes.
const again = 2 * time.Second

// translate gives an error of the database its kind; faults and unknown errors stay as they are.
func translate(err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return caused(fault.NotFound, "There is no such thing here.", err)
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return caused(fault.Conflict, "There is one of this already.", err)
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return caused(fault.Conflict, "Something that belongs to this is missing, or still needs it.", err)
	case passes(err):
		f := caused(fault.Busy, "The server is busy just now. Nothing is lost; please try again.", err)
		f.RetryAfter = again
		return f
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return translatePostgres(pg, err)
	}
	return err
}

// translatePostgres maps what PostgreSQL says about values: SQLite would have looked for them and found nothing.
func translatePostgres(pg *pgconn.PgError, err error) error {
	switch pg.Code {
	case "22P02": // not a UUID, so nobody's id
		return caused(fault.NotFound, "There is no such thing here.", err)
	case "22021", "22P05", "22003", "22008": // U+0000, a number or date out of range: the edge should have refused it
		return caused(fault.Invalid, "Something in this cannot be stored.", err)
	}
	return err
}

func caused(k fault.Kind, message string, cause error) *fault.Fault {
	f := fault.New(k, message)
	f.Cause = cause
	return f
}

// passes reports whether the same request may succeed later: the database is away, locked, full or overrun.
func passes(err error) bool {
	var pg *pgconn.PgError
	var se *sqlite.Error
	switch {
	case errors.As(err, &pg):
		return passesPostgres(pg.Code)
	case errors.As(err, &se):
		code := se.Code() & 0xff
		return code == lib.SQLITE_BUSY || code == lib.SQLITE_LOCKED || code == lib.SQLITE_FULL
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &connect) || errors.As(err, &network)
}

// passesPostgres knows the classes 08 connection, 53 resources, 57 operator, and the codes of a lost race.
func passesPostgres(code string) bool {
	switch code {
	case "40001", "40P01", "55P03", "25P03":
		return true
	}
	return len(code) == 5 && (code[:2] == "08" || code[:2] == "53" || code[:2] == "57")
}

// named puts the noun into a NotFound: "There is no such branch."
func named(err error, noun string) error {
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		return caused(fault.NotFound, fault.Missing(noun).Message, f.Cause)
	}
	return err
}
