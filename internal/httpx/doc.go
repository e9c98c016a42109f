// Package httpx is the edge of HTTP: it tells HTTP and other protocols apart on one TLS port, runs
// the server, wraps handlers (request ids, access log, limits, security headers), turns errors into
// problem+json, and serves streams and the built front end.
//
// It must not know any product word, any module or any storage. An error gets its HTTP status here
// and nowhere else, and an internal error is logged here and nowhere else.
package httpx
