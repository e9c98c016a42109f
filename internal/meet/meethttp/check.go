package meethttp

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
)

// maxCheck is the most a connection test sends or takes at once, in bytes.
const maxCheck = 8 << 20

// checkRelay begins the relay names of connection tests; SpareRelay knows them by it.
const checkRelay = "check-"

// SpareRelay reports whether a relay's name is that of a connection test: a meeting comes first.
func SpareRelay(id string) bool { return strings.HasPrefix(id, checkRelay) }

var errBytes = core.Invalid("bytes_out_of_range", "測る大きさは1から8388608バイトまでです。")

// StartCheck implements StrictServerInterface.
func (a *API) StartCheck(ctx context.Context, _ StartCheckRequestObject) (StartCheckResponseObject, error) {
	v, _ := ctx.Value(viaKey{}).(via)
	if ok, wait := a.checks.Allow(core.HostOf(v.from).String()); !ok {
		return nil, httpx.TooMany(errCheck.Code, errCheck.Message, wait)
	}
	token, err := a.Engine.CheckToken()
	if err != nil {
		return nil, err
	}
	// One name for one address: what one participant may hold of the relay, one address's tests may.
	ice, err := a.iceServers(ctx, checkRelay+core.HostOf(v.from).String())
	if err != nil {
		return nil, err
	}
	c := a.Certificate()
	out := StartCheck200JSONResponse{
		Token: token, MediaPath: MediaPath, IceServers: ice, ServerTime: a.Clock(), Version: a.Version, Address: v.from.String(),
	}
	out.Certificate.Internal, out.Certificate.NotAfter, out.Certificate.GuideUrl = c.Internal, c.NotAfter, c.GuideURL
	return out, nil
}

// download sends noise: bytes that neither the line nor a box on it can make fewer.
func (a *API) download(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseInt(r.URL.Query().Get("bytes"), 10, 64)
	if err != nil || n < 1 || n > maxCheck {
		httpx.Error(w, r, errBytes)
		return
	}
	if ok, wait := a.lines.Allow(core.HostOf(httpx.Remote(r)).String()); !ok {
		httpx.Error(w, r, httpx.TooMany(errCheck.Code, errCheck.Message, wait))
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
	w.Header().Set("Cache-Control", "no-store, no-transform")
	var seed [32]byte
	copy(seed[:], core.Secret(32))
	_, _ = io.CopyN(w, rand.NewChaCha8(seed), n) // an error is a browser that has seen enough
}

// upload takes bytes and keeps none.
func (a *API) upload(w http.ResponseWriter, r *http.Request) {
	if ok, wait := a.lines.Allow(core.HostOf(httpx.Remote(r)).String()); !ok {
		httpx.Error(w, r, httpx.TooMany(errCheck.Code, errCheck.Message, wait))
		return
	}
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		refuseRequest(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]int64{"bytes": n})
}
