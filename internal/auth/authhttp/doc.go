// Package authhttp is sign-in over HTTP: the operations of api/openapi.yaml tagged auth on auth.Service,
// the session cookie, and the middleware that turns the cookie into a core.Actor.
//
// It must not decide who may do what, except that whoever still has a temporary password may do
// nothing but change it. It never logs or answers with a secret; the cookie is the only place of one.
package authhttp
