// Package export writes what leaves the counter as files: the 日計表 of a session, and the 調定・収納 export of a range of days
// for the finance system, as XLSX and as CSV in UTF-8 or Shift_JIS.
//
// A Table is read row by row and never held as a whole, so that a year takes no more memory than a day. Text in a cell is
// never a formula, whatever somebody has put into a name. What Shift_JIS cannot write is replaced by 〓 and named, place by
// place; nothing is dropped silently.
//
// It reads the books and changes nothing. It must not compute what the books do not hold: rows that do not add up to
// their postings stop the export.
package export
