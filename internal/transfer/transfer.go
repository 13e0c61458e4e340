// Package transfer carries usage in from files and out to them, streaming.
//
// In come CSV, NDJSON and CloudEvents, gzip or not, which become inputs of the
// meter batch by batch; out come the usages or the client days of a range as
// CSV or JSON, from one state of the book. Neither way is a whole file ever in
// memory. The package must never count by any other way than the meter, compute
// a figure of its own, or let a spreadsheet run what a customer wrote.
package transfer
