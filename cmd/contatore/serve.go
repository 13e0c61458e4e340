package main

import (
	"context"
	"time"

	"github.com/contatore/contatore/internal/server"
)

type serveCommand struct {
	storage
	Addr          string        `default:":3001" placeholder:"HOST:PORT" help:"Where to listen (:3001 unless given)."`
	AdminKey      string        `placeholder:"KEY" help:"A key with role ADMIN, 16 characters at least. Without one and without any key, the first start prints a new key."`
	CORSOrigin    []string      `name:"cors-origin" placeholder:"ORIGIN" help:"A page's origin that may call from a browser, such as https://app.example.com; repeatable."`
	SMTPURL       string        `name:"smtp-url" placeholder:"URL" help:"The server that sends alerts as e-mail, such as smtps://user:password@mail.example.com."`
	MailFrom      string        `placeholder:"ADDRESS" help:"Who alerts by e-mail come from, such as 'Contatore <meter@example.com>'."`
	WebhookAllow  []string      `placeholder:"RANGE" help:"A private address or range that webhooks may reach, such as 10.1.0.0/16; repeatable."`
	PublicURL     string        `name:"public-url" placeholder:"URL" help:"Where people find the dashboard, for the links in alerts."`
	AlertPatience time.Duration `hidden:"" placeholder:"TIME" help:"How long a receiver of alerts may take to answer (15s unless given)."`
	Demo          bool          `help:"Fill an empty database with sample data and print links that open it."`
	NoMigrate     bool          `help:"Leave the schema as it is."`
}

func (c *serveCommand) config() server.Config {
	return server.Config{
		Addr: c.Addr, DatabaseURL: c.DatabaseURL, AdminKey: c.AdminKey,
		CORSOrigins: c.CORSOrigin, Demo: c.Demo, NoMigrate: c.NoMigrate,
		SMTPURL: c.SMTPURL, MailFrom: c.MailFrom, WebhookAllow: c.WebhookAllow, PublicURL: c.PublicURL, AlertPatience: c.AlertPatience,
	}
}

// Validate makes a bad option a wrong usage.
func (c *serveCommand) Validate() error { return c.config().Validate() }

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, sh *shell) error {
	progress := sh.progress("Sample data", "answers")
	defer progress.end()
	return server.Run(ctx, c.config(), server.Host{Log: sh.log, Out: sh.out, Now: sh.now, Random: sh.random, Progress: progress.at})
}
