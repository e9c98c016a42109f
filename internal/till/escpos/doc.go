// Package escpos prints slips on thermal printers of 80 mm that speak ESC/POS over TCP port 9100.
//
// Characters are drawn here, with our own font, and sent as a picture: the fonts inside such printers end with
// Shift_JIS, and 髙, 﨑 and 𠮷 are in people's names. A Press turns a slip.Paper into a Bitmap; a Printer carries the
// Bitmap to the machine and says in Japanese what is wrong with it.
//
// It must not decide any wording (till/slip does) and must not connect to anything outside private networks: the address
// is typed by an administrator. A printer that is off costs a counter three seconds at most, and never a sale.
package escpos
