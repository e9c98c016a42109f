package sqldb

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

var errLost = &pgconn.PgError{Code: "40001"}

func TestRetryRunsAgainUntilItSucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		err := retry(t.Context(), func() error {
			if n++; n < 5 {
				return errLost
			}
			return nil
		})
		if err != nil || n != 5 {
			t.Errorf("%v after %d tries", err, n)
		}
	})
}

func TestRetryGivesUpAfterTheLastTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		err := retry(t.Context(), func() error { n++; return errLost })
		if !errors.Is(err, errLost) || n != maxTries {
			t.Errorf("%v after %d tries, want %d", err, n, maxTries)
		}
		if e := classify(err); e != errBusy {
			t.Errorf("giving up is reported as %v", e)
		}
	})
}

func TestRetryGivesUpWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		err := retry(t.Context(), func() error { n++; time.Sleep(6 * time.Second); return errLost }) // fake time
		if !errors.Is(err, errLost) || n != 3 {
			t.Errorf("%v after %d tries", err, n)
		}
	})
}

func TestRetryLeavesOtherErrorsAlone(t *testing.T) {
	t.Parallel()
	n := 0
	want := errors.New("no")
	if err := retry(t.Context(), func() error { n++; return want }); err != want || n != 1 {
		t.Errorf("%v after %d tries", err, n)
	}
}

func TestRetryEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, errors.New("enough"))
		defer cancel()
		err := retry(ctx, func() error { return errLost })
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errLost) {
			t.Errorf("got %v", err)
		}
	})
}

func TestPauseGrowsToItsCeiling(t *testing.T) {
	t.Parallel()
	for try, want := range map[int]time.Duration{
		1: firstPause, 2: 2 * firstPause, 7: 64 * firstPause, 8: maxPause, 20: maxPause, 1000: maxPause,
	} {
		if got := pause(try, 1); got != want {
			t.Errorf("pause(%d, 1) = %v, want %v", try, got, want)
		}
	}
	if got := pause(9, 0); got != 0 {
		t.Errorf("without jitter: %v", got)
	}
}

func TestSQLiteWritesThroughOneConnection(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), "sqlite:"+t.TempDir()+"/a.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if n := db.write.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d connections for writing", n)
	}
}
