package authhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/httpx"
)

// Config is what a Server needs. All fields but Sample and Guest are required.
type Config struct {
	Auth      *auth.Service
	Directory auth.Directory
	// Office says whose server this is.
	Office func(context.Context) (OfficeInfo, error)
	// Features are the halves of the product that are switched on.
	Features []SessionFeatures
	// Sample are the accounts of the sample town, in the order of the sign-in page; nil where the server does
	// not run with it. They are answered to browsers on this machine only.
	Sample []auth.SampleAccount
	// Guest returns the pass of a guest who is in the context, for GET /api/session; nil: there are none.
	Guest func(context.Context) (GuestPass, bool)
	Clock core.Clock
}

// Server implements the operations.
type Server struct {
	auth      *auth.Service
	directory auth.Directory
	office    func(context.Context) (OfficeInfo, error)
	features  []SessionFeatures
	sample    []auth.SampleAccount
	guest     func(context.Context) (GuestPass, bool)
	clock     core.Clock
}

var _ StrictServerInterface = (*Server)(nil)

// New returns a Server.
func New(c Config) *Server {
	if c.Guest == nil {
		c.Guest = func(context.Context) (GuestPass, bool) { return GuestPass{}, false }
	}
	if c.Features == nil {
		c.Features = []SessionFeatures{} // [] and not null
	}
	return &Server{
		auth: c.Auth, directory: c.Directory, office: c.Office, features: c.Features,
		sample: c.Sample, guest: c.Guest, clock: c.Clock,
	}
}

// Mount adds the operations to mux. Middleware must be around mux.
func (s *Server) Mount(mux *http.ServeMux) {
	strict := NewStrictHandlerWithOptions(s, nil, StrictHTTPServerOptions{
		RequestErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			httpx.Error(w, r, unreadable(err))
		},
		ResponseErrorHandlerFunc: httpx.Error,
	})
	HandlerWithOptions(strict, StdHTTPServerOptions{
		BaseRouter:  mux,
		Middlewares: []MiddlewareFunc{noStore},
		ErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			httpx.Error(w, r, auth.ErrNoAccount.Because("path parameter: %w", err))
		},
	})
}

func noStore(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

var errJSON = core.Invalid("json_malformed",
	"送られた内容を読み取れませんでした。画面を開き直して、もう一度お試しください。")

// unreadable is why a body was not taken.
func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	// The cause can quote the body, and with it a password: only its kind is kept.
	return errJSON.Because("read the request: %T", errors.Unwrap(err))
}

// field is one text of a request with the limit of api/openapi.yaml, in characters.
type field struct {
	label string
	value string
	most  int
}

const (
	mostText     = 200
	mostPassword = 1024
)

func fits(fields ...field) error {
	for _, f := range fields {
		if len(f.value) > f.most && utf8.RuneCountInString(f.value) > f.most {
			return core.Invalid("field_too_long",
				fmt.Sprintf("「%s」が長すぎます。%d文字以内で入力してください。", f.label, f.most))
		}
	}
	return nil
}

// GetSession says who is signed in and what this server is.
func (s *Server) GetSession(ctx context.Context, _ GetSessionRequestObject) (GetSessionResponseObject, error) {
	out, err := s.session(ctx, visitorFrom(ctx).account)
	if err != nil {
		return nil, err
	}
	return GetSession200JSONResponse(out), nil
}

// SignIn signs in and sets the cookie.
func (s *Server) SignIn(ctx context.Context, r SignInRequestObject) (SignInResponseObject, error) {
	if err := fits(field{"ログイン名", r.Body.Login, mostText}, field{"パスワード", r.Body.Password, mostPassword}); err != nil {
		return nil, err
	}
	e, err := s.auth.SignIn(ctx, r.Body.Login, r.Body.Password, visitorFrom(ctx).Visit)
	if err != nil {
		return nil, err
	}
	out, err := s.session(ctx, e.Account)
	if err != nil {
		return nil, err
	}
	return SignIn200JSONResponse{Body: out, Headers: SignIn200ResponseHeaders{SetCookie: fresh(e.Secret)}}, nil
}

// SignOut ends the session of this browser.
func (s *Server) SignOut(ctx context.Context, _ SignOutRequestObject) (SignOutResponseObject, error) {
	if err := s.auth.SignOut(ctx); err != nil {
		return nil, err
	}
	return SignOut204Response{Headers: SignOut204ResponseHeaders{SetCookie: gone()}}, nil
}

// SignOutEverywhere ends all sessions of the account.
func (s *Server) SignOutEverywhere(ctx context.Context, _ SignOutEverywhereRequestObject) (SignOutEverywhereResponseObject, error) {
	if err := s.auth.SignOutEverywhere(ctx); err != nil {
		return nil, err
	}
	return SignOutEverywhere204Response{Headers: SignOutEverywhere204ResponseHeaders{SetCookie: gone()}}, nil
}

// ChangePassword changes the own password and sets a new cookie.
func (s *Server) ChangePassword(ctx context.Context, r ChangePasswordRequestObject) (ChangePasswordResponseObject, error) {
	if err := fits(field{"今のパスワード", r.Body.Current, mostPassword}, field{"新しいパスワード", r.Body.New, mostPassword}); err != nil {
		return nil, err
	}
	e, err := s.auth.ChangePassword(ctx, r.Body.Current, r.Body.New, visitorFrom(ctx).Visit)
	if err != nil {
		return nil, err
	}
	out, err := s.session(ctx, e.Account)
	if err != nil {
		return nil, err
	}
	return ChangePassword200JSONResponse{Body: out, Headers: ChangePassword200ResponseHeaders{SetCookie: fresh(e.Secret)}}, nil
}

// SetUp makes the first admin and signs in.
func (s *Server) SetUp(ctx context.Context, r SetUpRequestObject) (SetUpResponseObject, error) {
	err := fits(field{"初期設定の番号", r.Body.Token, mostText}, field{"ログイン名", r.Body.Login, mostText},
		field{"氏名", r.Body.Name, mostText}, field{"パスワード", r.Body.Password, mostPassword})
	if err != nil {
		return nil, err
	}
	e, err := s.auth.SetUp(ctx, r.Body.Token, r.Body.Login, r.Body.Name, r.Body.Password, visitorFrom(ctx).Visit)
	if err != nil {
		return nil, err
	}
	out, err := s.session(ctx, e.Account)
	if err != nil {
		return nil, err
	}
	return SetUp200JSONResponse{Body: out, Headers: SetUp200ResponseHeaders{SetCookie: fresh(e.Secret)}}, nil
}

// session is the answer to who is signed in, for account, which is empty for nobody.
func (s *Server) session(ctx context.Context, a auth.Account) (Session, error) {
	office, err := s.office(ctx)
	if err != nil {
		return Session{}, fmt.Errorf("whose server this is: %w", err)
	}
	needed, err := s.auth.SetupNeeded(ctx)
	if err != nil {
		return Session{}, err
	}
	out := Session{
		Office: office, Features: s.features, SetupNeeded: needed,
		Sample: s.sample != nil, Time: s.clock(), SignedIn: a.ID != "",
	}
	if s.sample != nil && core.ActorFrom(ctx).From.IsLoopback() {
		list := make([]SampleAccount, len(s.sample))
		for i, x := range s.sample {
			list[i] = SampleAccount{Login: x.Login, Password: x.Password, Name: x.Name, Note: x.Note}
		}
		out.SampleAccounts = &list
	}
	if a.ID == "" {
		if g, ok := s.guest(ctx); ok {
			out.Guest = &g
		}
		return out, nil
	}
	cards, err := s.cards(ctx, []auth.Account{a})
	if err != nil {
		return Session{}, err
	}
	card := cards[a.Person]
	out.Account = &SessionAccount{
		Id: string(a.ID), Login: a.Login, Name: a.Name, Roles: roles(a.Roles),
		Department: card.Department, Office: card.Office, MustChangePassword: a.MustChange,
	}
	return out, nil
}

// cards asks the directory for the people behind accounts.
func (s *Server) cards(ctx context.Context, accounts []auth.Account) (map[core.ID]auth.Card, error) {
	var persons []core.ID
	for _, a := range accounts {
		if a.Person != "" {
			persons = append(persons, a.Person)
		}
	}
	if len(persons) == 0 {
		return nil, nil
	}
	cards, err := s.directory.Cards(ctx, persons)
	if err != nil {
		return nil, fmt.Errorf("people behind accounts: %w", err)
	}
	return cards, nil
}

func roles(in []core.Role) []Role {
	out := make([]Role, len(in))
	for i, r := range in {
		out[i] = Role(r)
	}
	return out
}
