package main

import (
	"context"

	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/org"
)

// The modules do not know each other. Each says what it needs in a small interface of its own; here
// the others satisfy it.

// directory is org as meet sees it.
type directory struct{ book *org.Book }

// Card implements meet.Directory.
func (d directory) Card(ctx context.Context, person core.ID) (meet.Card, error) {
	c, err := d.book.Card(ctx, person)
	if err != nil {
		return meet.Card{}, err
	}
	return meet.Card{Name: c.Name, Department: c.Department, Office: c.Office}, nil
}

// Names implements meet.Directory.
func (d directory) Names(ctx context.Context) ([]string, error) {
	people, err := d.book.People(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(people))
	for _, p := range people {
		names = append(names, p.Name)
	}
	return names, nil
}

// cards is org as auth sees it.
type cards struct{ book *org.Book }

// Cards implements auth.Directory.
func (d cards) Cards(ctx context.Context, persons []core.ID) (map[core.ID]auth.Card, error) {
	found, err := d.book.Cards(ctx, persons)
	if err != nil {
		return nil, err
	}
	out := make(map[core.ID]auth.Card, len(found))
	for id, c := range found {
		out[id] = auth.Card{Department: c.Department, Office: c.Office}
	}
	return out, nil
}

// door is meet as the media engine sees it. It goes through the app because the two need each other:
// the engine is made first, the service is there before the first connection.
type door struct{ app *app }

// EnterRoom implements sfu.Door.
func (d door) EnterRoom(ctx context.Context, t meet.Ticket, resume bool) error {
	return d.app.meet.EnterRoom(ctx, t, resume)
}
