package till

import (
	"context"
	"fmt"

	"yakusho/internal/core"
)

// DayBook returns the 日計 of a session: as it was signed when it is closed, as it stands while it is open.
func (d *Desk) DayBook(ctx context.Context, session core.ID) (SessionBook, DayBook, error) {
	if err := allowed(core.ActorFrom(ctx), counterStaff()); err != nil {
		return SessionBook{}, DayBook{}, err
	}
	b, err := d.store.Book(ctx, session)
	if err != nil {
		return SessionBook{}, DayBook{}, err
	}
	if b.Session.State == SessionClosed {
		return b, b.Session.Close.Totals, nil
	}
	return b, MakeDayBook(b), nil
}

// Signing is what the clerk signs for at the end of the day.
type Signing struct {
	Counted core.Money // all the cash in the drawer, つり銭 included
	Owner   core.ID    // who at 会計課 answers for what is unresolved; empty where nothing is
}

// Sign is the clerk's signature under the 日計. Any change after it makes it void; somebody else closes.
func (d *Desk) Sign(ctx context.Context, key string, session core.ID, version int64, with Signing, owner string) (Session, error) {
	by, err := d.may(ctx, key, "sign_session", counterStaff(), session, version, with)
	if err != nil {
		return Session{}, err
	}
	s, err := d.sign(ctx, by, session, version, with, owner)
	return again(ctx, d.store, by, d.store.Session, s, err)
}

func (d *Desk) sign(ctx context.Context, by *person, session core.ID, version int64, with Signing, owner string) (Session, error) {
	b, err := d.store.Book(ctx, session)
	if err != nil {
		return Session{}, err
	}
	s := b.Session
	switch book := MakeDayBook(b); {
	case s.State != SessionOpen:
		return Session{}, ErrClosed
	case s.Version != version: // the totals on the screen are old
		return Session{}, ErrMoved
	case len(book.Open) > 0 && with.Owner == "":
		return Session{}, ErrOwnerNeeded
	}
	s.Close.SignedBy, s.Close.Counted, s.Close.Owner, s.Close.OwnerName = by.actor.Account, with.Counted, with.Owner, owner
	return d.store.Sign(ctx, by.cmd, s, by.sign(Event{
		At: d.now(), What: "till.sign", Target: string(s.ID), Outcome: "ok", Session: s.ID,
		Detail: map[string]string{"counted": fmt.Sprint(int64(with.Counted)), "owner": string(with.Owner)},
	}))
}

// Close closes a signed session for good. Who closes is not who signed. What is still unknown is handed to the owner
// named and stays out of the revenue until it is known. Practice ends without a signature and without anybody else.
func (d *Desk) Close(ctx context.Context, key string, session core.ID) (Session, error) {
	by, err := d.may(ctx, key, "close_session", counterStaff(), session)
	if err != nil {
		return Session{}, err
	}
	s, err := d.close(ctx, by, session)
	return again(ctx, d.store, by, d.store.Session, s, err)
}

func (d *Desk) close(ctx context.Context, by *person, session core.ID) (Session, error) {
	b, err := d.store.Book(ctx, session)
	if err != nil {
		return Session{}, err
	}
	s := b.Session
	if s.Training && s.Close.SignedBy == "" { // practice has no books to sign: whoever practised ends it
		s.Close.SignedBy, s.Close.Owner, s.Close.OwnerName = by.actor.Account, by.actor.Account, by.actor.Name
	}
	switch {
	case s.State != SessionOpen:
		return Session{}, ErrClosed
	case s.Training:
	case s.Close.SignedBy == "":
		return Session{}, ErrUnsigned
	case s.Close.SignedBy == by.actor.Account:
		return Session{}, ErrSigner
	}
	s.Close.Totals = MakeDayBook(b)
	s.Close.At, s.Close.ClosedBy, s.State = d.now(), by.actor.Account, SessionClosed
	for _, o := range s.Close.Totals.Open {
		s.Close.Handed = append(s.Close.Handed, o.Attempt)
	}
	return d.store.Close(ctx, by.cmd, s, s.Close.Owner, by.sign(Event{
		At: s.Close.At, What: "till.close", Target: string(s.ID), Outcome: "ok", Session: s.ID,
		Detail: map[string]string{
			"revenue": fmt.Sprint(int64(s.Close.Totals.Revenue)), "sales": fmt.Sprint(s.Close.Totals.Sales),
			"handed": fmt.Sprint(len(s.Close.Handed)), "cash_difference": fmt.Sprint(int64(s.CashDifference())),
		},
	}))
}

// CashDifference is 過不足: what was counted less what should be in the drawer.
func (s Session) CashDifference() core.Money {
	return s.Close.Counted - s.Float - s.Close.Totals.Cash
}
