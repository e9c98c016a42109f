package tillhttp

import (
	"context"
	"net/http"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/till"
)

// sessionEvents is the event stream of a clerk's screen.
func (a *API) sessionEvents(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id, err := ident(r.PathValue("session"), till.ErrNoSession)
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	// The ear is opened before the state is read: what moves in between comes twice rather than not at all.
	ear := a.Hub.Listen(id)
	defer ear.Close()
	state, err := a.sessionState(ctx, id)
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	s, err := httpx.NewStream(w, r)
	if err != nil {
		return
	}
	defer s.Close()
	f := feed{api: a, stream: s, session: id, live: map[core.ID]int64{}}
	if f.state(state) != nil {
		return
	}
	f.run(ctx, ear)
}

// streamLife is how long a stream may go on before its browser has to say again who it is: whoever was signed out or lost a
// role sees nothing more after it. The browser comes back by itself.
const streamLife = 10 * time.Minute

// feed writes the stream of one session.
type feed struct {
	api     *API
	stream  *httpx.Stream
	session core.ID
	live    map[core.ID]int64 // sales whose last attempt is live, and its version
}

func (f *feed) run(ctx context.Context, ear *till.Ear) {
	over := time.NewTimer(streamLife)
	defer over.Stop()
	beat, look := time.NewTicker(httpx.HeartbeatEvery), time.NewTicker(lookAgain)
	defer beat.Stop()
	defer look.Stop()
	for {
		var err error
		select {
		case <-f.stream.Done():
			return
		case <-over.C:
			return
		case <-beat.C:
			err = f.stream.Heartbeat()
		case <-look.C:
			err = f.again(ctx)
		case <-ear.Ring():
			err = f.tell(ctx, ear.Fetch())
		}
		if err != nil {
			return
		}
	}
}

func (f *feed) state(x SessionState) error {
	clear(f.live)
	for _, v := range x.Open {
		f.note(v)
	}
	return f.stream.Send("", "state", x)
}

func (f *feed) note(v SaleView) {
	id := core.ID(v.Sale.Id)
	delete(f.live, id)
	if v.Attempt != nil && till.AttemptState(v.Attempt.State).Live() {
		f.live[id] = v.Attempt.Version
	}
}

func (f *feed) tell(ctx context.Context, changes []till.Change) error {
	for _, c := range changes {
		if c.Sale == "" {
			x, err := f.api.sessionState(ctx, f.session)
			if err != nil {
				return err
			}
			return f.state(x) // it has every sale that is not over, and the last that is
		}
	}
	for _, c := range changes {
		if err := f.sale(ctx, c.Sale); err != nil {
			return err
		}
	}
	return nil
}

func (f *feed) sale(ctx context.Context, id core.ID) error {
	v, err := f.api.saleView(ctx, id)
	if err != nil {
		return err
	}
	f.note(v)
	return f.stream.Send("", "sale", v)
}

// again looks at live attempts by itself: another server may have moved them.
func (f *feed) again(ctx context.Context) error {
	for id, version := range f.live {
		v, err := f.api.View.Sale(ctx, id)
		if err != nil {
			return err
		}
		if v.Attempt.Version != version || !v.Attempt.State.Live() {
			if err := f.sale(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}
