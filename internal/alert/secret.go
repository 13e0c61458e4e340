package alert

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
)

// secret is what a webhook's deliveries are signed with. It is kept as it is,
// for signing needs it; a channel keeps the newest first.
type secret struct {
	Secret string `json:"secret"`
	// Until is when it ends; 0: it is the newest.
	Until int64 `json:"until,omitempty"`
}

// secretBytes is the length that the Standard Webhooks specification
// recommends.
const secretBytes = 32

// Overlaps of a rotation, in hours.
const (
	defaultOverlap = 24
	maxOverlap     = 7 * 24
)

// newSecret puts a new secret before the channel's, which end after the
// overlap.
func (d *Desk) newSecret(c *Channel, overlap time.Duration) (*string, error) {
	var key [secretBytes]byte
	if err := d.draw(key[:]); err != nil {
		return nil, err
	}
	fresh := "whsec_" + base64.StdEncoding.EncodeToString(key[:])
	kept := []secret{{Secret: fresh}}
	if len(c.secrets) > 0 && overlap > 0 {
		kept = append(kept, secret{c.secrets[0].Secret, int64(calendar.At(d.now().Add(overlap)))})
	}
	c.secrets = kept
	return &fresh, nil
}

// RotateSecret gives a webhook a new secret; the old one signs too for so many
// hours, 24 unless given, 168 at most. Faults: WORKSPACE_NOT_FOUND,
// CHANNEL_NOT_FOUND, INVALID with the field.
func (d *Desk) RotateSecret(ctx context.Context, workspaceID, id string, overlapHours *int) (*ChannelPayload, error) {
	overlap := defaultOverlap
	if overlapHours != nil {
		overlap = *overlapHours
	}
	if overlap < 0 || overlap > maxOverlap {
		return nil, fault.Field("overlapHours", "overlapHours must be 0 to %d.", maxOverlap)
	}
	var fresh *string
	c, err := d.change(ctx, workspaceID, id, func(c *Channel) (err error) {
		if c.Kind != Webhook {
			return fault.Field("id", "Only webhooks have a secret.")
		}
		fresh, err = d.newSecret(c, time.Duration(overlap)*time.Hour)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &ChannelPayload{c, fresh}, nil
}

// signatures sign a message with every secret that holds now, as the Standard
// Webhooks header wants them.
func (c *Channel) signatures(id string, now time.Time, body []byte) (string, error) {
	var header string
	for _, s := range c.secrets {
		if s.Until != 0 && int64(calendar.At(now)) >= s.Until {
			continue
		}
		signer, err := standardwebhooks.NewWebhook(s.Secret)
		if err != nil {
			return "", fmt.Errorf("secret: %w", err)
		}
		signature, err := signer.Sign(id, now, body)
		if err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
		if header != "" {
			header += " "
		}
		header += signature
	}
	return header, nil
}
