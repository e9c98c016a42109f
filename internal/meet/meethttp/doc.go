// Package meethttp is the HTTP face of meetings: the operations of api/openapi.yaml tagged meet and
// check, the event stream of a room, and the guest pass as a cookie.
//
// It turns requests into calls of meet.Service and answers into JSON. It decides nothing: who may do
// what is meet's, how an error becomes a status is httpx's.
package meethttp
