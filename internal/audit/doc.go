// Package audit keeps the log of who did what: append-only, every entry chained to the one before by a
// hash, so that an edit, a removal, an insertion or a change of order shows. It must not know what the
// actions mean, decide who may do them, or store anything itself: the tables are in auditsql.
//
// # What is proven and what is not
//
// The log shows that somebody changed it, to somebody who can compare. Whoever can write the database can
// also compute all hashes anew and the head with them; only a Checkpoint kept elsewhere (printed, in the
// binder of the 情報担当) shows that. Verify takes such checkpoints.
//
// # The hash, for whoever wants to check without this program
//
// The hash of an entry is SHA-256 over these fields in this order. A field is its length in bytes as an 8-byte
// big-endian number, then its bytes. A number is the 8 bytes of its big-endian two's complement (so its
// length is 8). Text is UTF-8 as stored.
//
//	 1 format    the text "yakusho-audit-1"
//	 2 seq       number; 1 for the first entry, then one more each
//	 3 at        number; microseconds since 1970-01-01 00:00 UTC
//	 4 account   text; id of the signed-in account, may be empty
//	 5 guest     text; id of the guest's pass, may be empty
//	 6 name      text; the name others saw
//	 7 address   text; where the request came from (RFC 5952 for IPv6), empty for the system itself
//	 8 request   text; request id
//	 9 action    text
//	10 target    text
//	11 outcome   text; ok, refused or failed
//	12 detail    number of pairs, then for each pair, in the byte order of the keys: key, value (texts)
//	13 prev      32 bytes; hash of the entry before, zeros for the first
//
// In the database the columns of audit_entry have these names; detail is a JSON object with sorted keys and
// nothing superfluous, as Go's encoding/json writes it. audit_head has one row: seq, at and hash of the
// last entry (0, 0 and zeros while there is none). TestHashOfAKnownEntry holds a worked example.
package audit
