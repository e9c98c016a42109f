// Package tlsca gives the server its certificate on a network without the internet: from the
// office's own small CA, which it makes on first start, or from files the office supplies (AD CS).
// It also serves the plain-HTTP page that explains how desk PCs come to trust that CA.
//
// It must not sign anything for anyone but this server, must not fetch anything, and the CA can
// vouch for nothing outside its name constraints: private address ranges and what was configured.
//
// On disk, in one directory (0700):
//
//	ca.pem      key and certificate of the CA in one file (0600), so that they always fit each other
//	ca.crt      the certificate alone, for people; made again from ca.pem when missing or damaged
//	server.pem  key and certificate of the server (0600); made again when missing or damaged
//
// Each is written to a temporary file, synced and renamed; being killed in between leaves the old one.
package tlsca
