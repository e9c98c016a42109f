package tillhttp

import (
	"context"
	"mime"
	"net/http"

	"yakusho/internal/httpx"
	"yakusho/internal/till"
)

// wanted decides who may have an export, and reads what it is about.
func (a *API) wanted(ctx context.Context, name, session, from, to, format string) (Export, error) {
	e := Export{Name: name, From: till.Day(from), To: till.Day(to), Format: format}
	if a.Exports == nil {
		return e, errNoSuch.Because("no exports")
	}
	switch name {
	case "daybook":
		if err := a.View.MayWork(ctx); err != nil {
			return e, err
		}
		var err error
		e.Session, err = ident(session, till.ErrNoSession)
		return e, err
	case "revenue", "payments":
		if err := a.View.MayAccount(ctx); err != nil {
			return e, err
		}
		return e, till.CheckSpan(e.From, e.To)
	}
	return e, errNoSuch.Because("export %.40q", name)
}

// download writes an export. What goes wrong after it began cuts the answer, so that half a file is not taken for one.
func (a *API) download(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	e, err := a.wanted(r.Context(), r.PathValue("export"), q.Get("session"), q.Get("from"), q.Get("to"), q.Get("format"))
	if err == nil && e.Format != "xlsx" && e.Format != "csv" && e.Format != "csv_sjis" {
		err = errJSON.Because("format %.20q", e.Format)
	}
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	f, err := a.Exports.Open(r.Context(), e)
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	w.Header().Set("Cache-Control", "no-store")
	if err := f.Write(w); err != nil {
		a.Log.ErrorContext(r.Context(), "write an export", "export", e.Name, "err", err)
		panic(http.ErrAbortHandler)
	}
}

// CheckExport names what Shift_JIS lacks.
func (a *API) CheckExport(ctx context.Context, r CheckExportRequestObject) (CheckExportResponseObject, error) {
	p := r.Params
	e, err := a.wanted(ctx, string(r.Export), value(p.Session), value(p.From), value(p.To), "csv_sjis")
	if err != nil {
		return nil, err
	}
	out, err := a.Exports.Check(ctx, e)
	return CheckExport200JSONResponse(out), err
}
