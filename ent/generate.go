// Package ent reads and writes the tables, as ent generates it from
// ent/schema; its Relay connections come from entgql.
//
// In come a connection and a context with a scope (ent/scope); out come rows,
// and a denial where the scope does not reach. Nothing in it is written by hand
// but ent/schema, ent/scope and the generator, ent/entc.go.
package ent

//go:generate go run entc.go
