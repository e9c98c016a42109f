// Package training is a pretend wallet (練習用ウォレット): a provider whose customers are in memory and played by a person at
// a second tab or phone. A clerk can practise every way a payment may go, the silence in which nothing is known
// included.
//
// The customer opens the page behind the code we show, or shows a code made by NewCode; what the customer then does is
// a Choice. The HTTP layer calls Waiting, Look, Choose and NewCode; whoever knows the id of an attempt may play its
// customer, which is what the code on the screen gives to a phone.
//
// It takes attempts of 練習モード only and must never be asked for others. It keeps nothing: after a restart an unfinished
// practice is proven unpaid after a few seconds.
package training
