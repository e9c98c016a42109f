package org

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"

	"yakusho/internal/core"
)

// Store keeps the office.
type Store interface {
	// Put makes what is stored equal to t where they have the same IDs, and adds what is new. Of what t does
	// not name it removes nothing, but a line has exactly the subnets of t. Putting the same town again
	// changes nothing.
	Put(ctx context.Context, t Town) error
	// Municipality returns the zero value when none was put.
	Municipality(ctx context.Context) (Municipality, error)
	Offices(ctx context.Context) ([]Office, error)
	Lines(ctx context.Context) ([]Line, error)
	Departments(ctx context.Context) ([]Department, error)
	// Everyone returns all people.
	Everyone(ctx context.Context) ([]Person, error)
	// People returns those with these IDs; unknown ones are left out.
	People(ctx context.Context, ids []core.ID) ([]Person, error)
}

// Book answers who people are and where they sit. Safe for concurrent use.
type Book struct{ store Store }

// NewBook returns the Book of a store.
func NewBook(store Store) *Book { return &Book{store} }

// ErrNoPerson says that there is no such person.
var ErrNoPerson = core.NotFound("person_unknown", "この職員は登録されていません。一覧を開き直してください。")

// Seed checks a town and stores it.
func (b *Book) Seed(ctx context.Context, t Town) error {
	if err := t.Check(); err != nil {
		return fmt.Errorf("seed the office: %w", err)
	}
	if err := b.store.Put(ctx, t); err != nil {
		return fmt.Errorf("seed the office: %w", err)
	}
	return nil
}

// Municipality returns whose server this is; empty where nobody has said so yet.
func (b *Book) Municipality(ctx context.Context) (Municipality, error) {
	return b.store.Municipality(ctx)
}

// Offices returns the buildings in their order.
func (b *Book) Offices(ctx context.Context) ([]Office, error) { return b.store.Offices(ctx) }

// Lines returns the networks and lines of the buildings.
func (b *Book) Lines(ctx context.Context) ([]Line, error) { return b.store.Lines(ctx) }

// Departments returns the departments in their order.
func (b *Book) Departments(ctx context.Context) ([]Department, error) {
	return b.store.Departments(ctx)
}

// People returns everyone, by kana and name. It is sorted here: each database has its own idea of the
// order of Japanese.
func (b *Book) People(ctx context.Context) ([]Person, error) {
	people, err := b.store.Everyone(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(people, func(x, y Person) int {
		return cmp.Or(cmp.Compare(x.Kana, y.Kana), cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	return people, nil
}

// Card returns what others see of a person; ErrNoPerson.
func (b *Book) Card(ctx context.Context, person core.ID) (Card, error) {
	cards, err := b.Cards(ctx, []core.ID{person})
	if err != nil {
		return Card{}, err
	}
	c, ok := cards[person]
	if !ok {
		return Card{}, ErrNoPerson.Because("card of %q", person)
	}
	return c, nil
}

// Cards returns what others see of these people; whoever is not known is not in the answer.
func (b *Book) Cards(ctx context.Context, persons []core.ID) (map[core.ID]Card, error) {
	if len(persons) == 0 {
		return map[core.ID]Card{}, nil
	}
	people, err := b.store.People(ctx, persons)
	if err != nil {
		return nil, fmt.Errorf("cards: %w", err)
	}
	departments, err := b.store.Departments(ctx)
	if err != nil {
		return nil, fmt.Errorf("cards: %w", err)
	}
	offices, err := b.store.Offices(ctx)
	if err != nil {
		return nil, fmt.Errorf("cards: %w", err)
	}
	paths := Paths(departments)
	names := make(map[core.ID]string, len(offices))
	for _, o := range offices {
		names[o.ID] = o.Name
	}
	out := make(map[core.ID]Card, len(people))
	for _, p := range people {
		out[p.ID] = Card{
			Person: p.ID, Name: p.Name, Kana: p.Kana, Post: p.Post,
			Department: paths[p.Department], Office: names[p.Office], OfficeID: p.Office,
		}
	}
	return out, nil
}

// OfficeOf returns the building whose network holds addr; ok is false where there is none.
func (b *Book) OfficeOf(ctx context.Context, addr netip.Addr) (office Office, ok bool, err error) {
	lines, err := b.store.Lines(ctx)
	if err != nil {
		return Office{}, false, fmt.Errorf("building of an address: %w", err)
	}
	line, ok := LineOf(lines, addr)
	if !ok {
		return Office{}, false, nil
	}
	offices, err := b.store.Offices(ctx)
	if err != nil {
		return Office{}, false, fmt.Errorf("building of an address: %w", err)
	}
	for _, o := range offices {
		if o.ID == line.Office {
			return o, true, nil
		}
	}
	return Office{}, false, nil
}
