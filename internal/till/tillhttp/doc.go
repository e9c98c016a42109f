// Package tillhttp is the HTTP face of the counter: the operations of api/openapi.yaml tagged till, the event
// streams of the clerk's screen and of the customer display, and the notifications of providers.
//
// It turns requests into calls of till.Desk, till.Office and till.View and answers into JSON. It decides nothing: who
// may do what is till's, how an error becomes a status is httpx's. It must not keep, log or answer a customer's code
// or the content of a sticker.
package tillhttp
