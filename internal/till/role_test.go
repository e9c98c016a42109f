package till_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// commands are all that change something, with whoever may, sent with as little as possible: what is asked here is who
// may, not what comes of it.
func (h *house) commands() map[string]struct {
	roles []core.Role
	do    func(ctx context.Context) error
} {
	type command = struct {
		roles []core.Role
		do    func(ctx context.Context) error
	}
	counter, books, ict := []core.Role{core.RoleClerk, core.RoleAccountant}, []core.Role{core.RoleAccountant}, []core.Role{core.RoleAdmin}
	one := func(roles []core.Role, do func(ctx context.Context) error) command { return command{roles, do} }
	d, o := h.desk, h.office
	return map[string]command{
		"Open":   one(counter, func(ctx context.Context) error { _, err := d.Open(ctx, key(), "x", 0, nil, false); return err }),
		"Fix":    one(counter, func(ctx context.Context) error { _, err := d.Fix(ctx, key(), "x", nil); return err }),
		"Charge": one(counter, func(ctx context.Context) error { _, err := d.Charge(ctx, key(), "x", cash()); return err }),
		"Cancel": one(counter, func(ctx context.Context) error { _, err := d.Cancel(ctx, key(), "x"); return err }),
		"Shown":  one(counter, func(ctx context.Context) error { _, err := d.Shown(ctx, key(), "x", till.Tick{}); return err }),
		"Drop":   one(counter, func(ctx context.Context) error { _, err := d.Drop(ctx, key(), "x"); return err }),
		"Sign":   one(counter, func(ctx context.Context) error { _, err := d.Sign(ctx, key(), "x", 1, till.Signing{}, ""); return err }),
		"Close":  one(counter, func(ctx context.Context) error { _, err := d.Close(ctx, key(), "x"); return err }),
		"RequestRefund": one(counter, func(ctx context.Context) error {
			_, err := d.RequestRefund(ctx, key(), till.RefundRequest{})
			return err
		}),
		"DecideRefund": one(counter, func(ctx context.Context) error { _, err := d.DecideRefund(ctx, key(), "x", true); return err }),
		"AskAgain":     one(counter, func(ctx context.Context) error { _, err := o.AskAgain(ctx, key(), "x"); return err }),
		"PairDisplay":  one(counter, func(ctx context.Context) error { _, err := o.PairDisplay(ctx, key(), "x", "y"); return err }),
		"PartDisplay":  one(counter, func(ctx context.Context) error { return o.PartDisplay(ctx, key(), "x") }),
		"Own":          one(books, func(ctx context.Context) error { _, err := o.Own(ctx, key(), "x", "y", "z"); return err }),
		"Decide": one(books, func(ctx context.Context) error {
			_, err := o.Decide(ctx, key(), "x", till.AttemptPaid, "z")
			return err
		}),
		"Import":       one(books, func(ctx context.Context) error { _, _, err := o.Import(ctx, key(), "x", "y", nil); return err }),
		"AddDeposit":   one(books, func(ctx context.Context) error { _, err := o.AddDeposit(ctx, key(), till.Deposit{}); return err }),
		"PutItem":      one(books, func(ctx context.Context) error { _, err := o.PutItem(ctx, key(), till.Item{}); return err }),
		"NewPrice":     one(books, func(ctx context.Context) error { return o.NewPrice(ctx, key(), "x", 1, "2026-10-02") }),
		"PutReduction": one(books, func(ctx context.Context) error { _, err := o.PutReduction(ctx, key(), till.Reduction{}); return err }),
		"PutDesignation": one(books, func(ctx context.Context) error {
			_, err := o.PutDesignation(ctx, key(), till.Designation{})
			return err
		}),
		"PutSticker":    one(books, func(ctx context.Context) error { _, err := o.PutSticker(ctx, key(), till.Sticker{}); return err }),
		"RetireSticker": one(books, func(ctx context.Context) error { return o.RetireSticker(ctx, key(), "x", "y") }),
		"PutCounter":    one(ict, func(ctx context.Context) error { _, err := o.PutCounter(ctx, key(), till.Counter{}); return err }),
	}
}

func TestEveryCommandIsForItsRolesOnly(t *testing.T) {
	t.Parallel()
	h := build(t)
	everyone := []core.Role{core.RoleAdmin, core.RoleOrganiser, core.RoleStaff, core.RoleClerk, core.RoleAccountant, "nonsense"}
	for name, c := range h.commands() {
		if err := c.do(context.Background()); !errors.Is(err, till.ErrSignIn) {
			t.Errorf("%s by nobody: %v", name, err)
		}
		for _, role := range everyone {
			err := c.do(person("somebody", role))
			switch may := role == core.RoleAdmin || slices.Contains(c.roles, role); {
			case may && (errors.Is(err, till.ErrRole) || errors.Is(err, till.ErrSignIn)):
				t.Errorf("%s refuses a %s: %v", name, role, err)
			case !may && !errors.Is(err, till.ErrRole):
				t.Errorf("%s by a %s: %v", name, role, err)
			case may && (err == nil || core.KindOf(err) == core.KindInternal):
				t.Errorf("%s of nothing by a %s: %v", name, role, err) // nothing of it exists
			}
		}
	}
}

func TestTheTableOfCommandsKnowsThemAll(t *testing.T) {
	t.Parallel()
	var known []string
	for name := range build(t).commands() {
		known = append(known, name)
	}
	for _, service := range []any{&till.Desk{}, &till.Office{}} {
		for m := range reflect.TypeOf(service).Methods() {
			// A command takes the key of its press first.
			if m.Type.NumIn() > 2 && m.Type.In(2).Kind() == reflect.String && m.Type.In(2) == reflect.TypeFor[string]() && !slices.Contains(known, m.Name) &&
				m.Name != "Conclude" && m.Name != "Match" {
				t.Errorf("%s is not in the table", m.Name)
			}
		}
	}
}

func TestWhatIsLookedAtIsForTheRolesThatNeedIt(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	staff := person("staff", core.RoleStaff)
	for name, look := range map[string]struct {
		may, not context.Context
		do       func(ctx context.Context) error
	}{
		"the day book":       {clerk, staff, func(ctx context.Context) error { _, _, err := h.desk.DayBook(ctx, s.ID); return err }},
		"what is unresolved": {clerk, staff, func(ctx context.Context) error { _, err := h.office.Unresolved(ctx); return err }},
		"the match": {accountant, clerk, func(ctx context.Context) error {
			_, err := h.office.Match(ctx, "paypay", "2026-10-01", "2026-10-01")
			return err
		}},
		"the balances": {accountant, clerk, func(ctx context.Context) error { _, err := h.office.Balances(ctx, "2026-10-01"); return err }},
	} {
		if err := look.do(look.may); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := look.do(look.not); !errors.Is(err, till.ErrRole) {
			t.Errorf("%s for somebody else: %v", name, err)
		}
		if err := look.do(context.Background()); !errors.Is(err, till.ErrSignIn) {
			t.Errorf("%s for nobody: %v", name, err)
		}
	}
}
