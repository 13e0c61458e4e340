package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/ent/apikey"
	"github.com/contatore/contatore/ent/predicate"
	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/ent/workspace"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
)

// Key is what is kept of a key.
type Key = ent.ApiKey

const (
	// remembered is how long a look-up is trusted: a key revoked on another
	// node opens that much longer here.
	remembered = time.Second
	// maxRemembered bounds the look-ups in memory, those of known keys and
	// those of unknown ones each, so that a flood of wrong keys neither fills
	// the memory nor drives the right ones out.
	maxRemembered = 10_000
	// prefix lets people and scanners tell a key of Contatore.
	prefix = "ctt_"
	// maxName is in characters.
	maxName = 200
)

// Keys looks keys up, makes and revokes them. It is safe for concurrent use.
type Keys struct {
	db     *database.DB
	admin  [sha256.Size]byte
	now    func() time.Time
	random io.Reader

	mu sync.Mutex
	// known and unknown are what the database said of the latest hashes.
	known, unknown map[[sha256.Size]byte]lookup
	// revocations counts: what was read before one may not be remembered
	// after it.
	revocations int
}

// lookup is the key of a hash, nil where there is none, and until when that
// is trusted.
type lookup struct {
	key   *Key
	until time.Time
}

// Open keeps the keys of a migrated database. adminKey is the operator's own
// key, role ADMIN without a row; empty: there is none.
func Open(db *database.DB, adminKey string, now func() time.Time, random io.Reader) *Keys {
	k := &Keys{
		db: db, now: now, random: random,
		known: map[[sha256.Size]byte]lookup{}, unknown: map[[sha256.Size]byte]lookup{},
	}
	if adminKey != "" {
		k.admin = sha256.Sum256([]byte(adminKey))
	}
	return k
}

// Authenticate says who holds the secret: the fault UNAUTHENTICATED for an
// unknown, expired or revoked one.
func (k *Keys) Authenticate(ctx context.Context, secret string) (Viewer, error) {
	hash := sha256.Sum256([]byte(secret))
	if k.admin != [sha256.Size]byte{} && subtle.ConstantTimeCompare(hash[:], k.admin[:]) == 1 {
		return Viewer{Role: Admin}, nil
	}
	key, err := k.find(ctx, hash, apikey.Hash(hex.EncodeToString(hash[:])))
	if err != nil {
		return Viewer{}, err
	}
	if err := k.opens(key); err != nil {
		return Viewer{}, err
	}
	v := Viewer{Role: Role(key.Role), KeyID: key.ID, Name: key.Name}
	if key.WorkspaceID != nil {
		v.WorkspaceID = *key.WorkspaceID
	}
	if key.ExpiresAt != nil {
		v.ExpiresAt = *key.ExpiresAt
	}
	return v, nil
}

// Bearer is Authenticate for the value of an Authorization header.
func (k *Keys) Bearer(ctx context.Context, header string) (Viewer, error) {
	scheme, secret, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Viewer{}, fault.New(fault.Unauthenticated, "The Authorization header must read: Bearer KEY.")
	}
	return k.Authenticate(ctx, strings.TrimSpace(secret))
}

// Confirm is for what outlives a request: the fault UNAUTHENTICATED once the
// key of a viewer, whom Authenticate let in, is expired or revoked.
func (k *Keys) Confirm(ctx context.Context, v Viewer) error {
	if v.KeyID == "" {
		return nil
	}
	// The hash of an id is the place of its look-up; it is no secret's.
	key, err := k.find(ctx, sha256.Sum256([]byte(v.KeyID)), apikey.ID(v.KeyID))
	if err != nil {
		return err
	}
	return k.opens(key)
}

// opens is nil for a key that is good now.
func (k *Keys) opens(key *Key) error {
	if key == nil || key.RevokedAt != nil || key.ExpiresAt != nil && *key.ExpiresAt <= calendar.At(k.now()) {
		return fault.New(fault.Unauthenticated, "This API key is unknown, expired or revoked.")
	}
	return nil
}

// find is the one key that there is, nil for none. hash is where its look-up is
// remembered.
func (k *Keys) find(ctx context.Context, hash [sha256.Size]byte, where predicate.ApiKey) (*Key, error) {
	now := k.now()
	l, revocations := k.recall(hash)
	if now.Before(l.until) {
		return l.key, nil
	}
	key, err := k.db.Ent().ApiKey.Query().Where(where).Only(scope.All(ctx))
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("look up key: %w", err)
	}
	k.remember(hash, lookup{key, now.Add(remembered)}, revocations)
	return key, nil
}

// recall is the latest look-up of a hash and how many revocations there were.
func (k *Keys) recall(hash [sha256.Size]byte) (l lookup, revocations int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l, ok := k.known[hash]
	if !ok {
		l = k.unknown[hash]
	}
	return l, k.revocations
}

func (k *Keys) remember(hash [sha256.Size]byte, l lookup, revocations int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if revocations != k.revocations {
		return
	}
	in := k.known
	if l.key == nil {
		in = k.unknown
	}
	if len(in) >= maxRemembered {
		clear(in)
	}
	in[hash] = l
}

// CreateInput asks for a key: GraphQL's CreateApiKeyInput.
type CreateInput struct {
	Name        string
	Role        Role
	WorkspaceID *string
	ExpiresAt   *calendar.Stamp
}

// Created is a new key with its secret, which nobody can show again: GraphQL's
// CreateApiKeyPayload.
type Created struct{ ID, Secret string }

// Create makes a key. The context's viewer must be ADMIN, or MANAGE for a key
// of its own workspace and of another role than ADMIN.
func (k *Keys) Create(ctx context.Context, in CreateInput) (*Created, error) {
	viewer, err := Require(ctx, Manage)
	if err != nil {
		return nil, err
	}
	row, err := k.check(ctx, viewer, in)
	if err != nil {
		return nil, err
	}
	var secret [32]byte
	if _, err := io.ReadFull(k.random, secret[:]); err != nil {
		return nil, fmt.Errorf("random secret: %w", err)
	}
	created := &Created{Secret: prefix + base64.RawURLEncoding.EncodeToString(secret[:])}
	id, err := uuid.NewRandomFromReader(k.random)
	if err != nil {
		return nil, fmt.Errorf("random id: %w", err)
	}
	created.ID = id.String()
	hash := sha256.Sum256([]byte(created.Secret))
	err = k.db.Write(ctx, func(tx *database.Tx) error {
		return tx.Ent().ApiKey.Create().
			SetID(created.ID).SetName(row.Name).SetRole(row.Role).SetHash(hex.EncodeToString(hash[:])).
			SetNillableWorkspaceID(row.WorkspaceID).SetCreatedAt(calendar.At(k.now())).SetNillableExpiresAt(row.ExpiresAt).
			Exec(scope.All(ctx))
	})
	if err != nil {
		return nil, fmt.Errorf("create key: %w", err)
	}
	return created, nil
}

// check turns the input into the row to be, or tells which field is wrong.
func (k *Keys) check(ctx context.Context, viewer Viewer, in CreateInput) (*Key, error) {
	row := &Key{Name: in.Name, Role: string(in.Role)}
	switch {
	case !database.Storable(in.Name):
		return nil, fault.Field("input.name", "name holds a NUL character or is not valid UTF-8.")
	case strings.TrimSpace(in.Name) == "" || utf8.RuneCountInString(in.Name) > maxName:
		return nil, fault.Field("input.name", "name must be 1 to %d characters, not all of them blank.", maxName)
	}
	if _, ok := in.Role.may(Track); !ok {
		return nil, fault.Field("input.role", "role must be ADMIN, MANAGE, READ or TRACK.")
	}
	if in.WorkspaceID != nil && *in.WorkspaceID != "" {
		row.WorkspaceID = in.WorkspaceID
	}
	if viewer.Role != Admin && in.Role == Admin {
		return nil, fault.New(fault.Forbidden, "Only an ADMIN key creates ADMIN keys.")
	}
	switch {
	case in.Role == Admin && row.WorkspaceID != nil:
		return nil, fault.Field("input.workspaceId", "An ADMIN key holds for every workspace; leave workspaceId out.")
	case viewer.WorkspaceID != "" && row.WorkspaceID == nil:
		return nil, fault.New(fault.Forbidden, "This key creates keys of its own workspace only; give its workspaceId.")
	case row.WorkspaceID != nil:
		if err := k.gate(ctx, *row.WorkspaceID); err != nil {
			return nil, err
		}
	}
	if in.ExpiresAt != nil && !in.ExpiresAt.IsEmpty() {
		at, err := in.ExpiresAt.Instant()
		if err != nil {
			return nil, fault.Field("input.expiresAt", "expiresAt %s.", err)
		}
		if at <= calendar.At(k.now()) {
			return nil, fault.Field("input.expiresAt", "expiresAt must lie ahead.")
		}
		row.ExpiresAt = &at
	}
	return row, nil
}

// gate lets the context's viewer manage the keys of a workspace that exists.
func (k *Keys) gate(ctx context.Context, workspaceID string) error {
	if err := Gate(ctx, Manage, workspaceID); err != nil {
		return err
	}
	missing := fault.New(fault.WorkspaceNotFound, "There is no workspace %q.", workspaceID)
	if !database.Storable(workspaceID) {
		return missing
	}
	known, err := k.db.Ent().Workspace.Query().Where(workspace.ID(workspaceID)).Exist(scope.All(ctx))
	switch {
	case err != nil:
		return fmt.Errorf("look up workspace: %w", err)
	case !known:
		return missing
	}
	return nil
}

// mine are the keys that a viewer may see and revoke.
func mine(viewer Viewer) (where []predicate.ApiKey) {
	if viewer.WorkspaceID != "" {
		where = append(where, apikey.WorkspaceID(viewer.WorkspaceID))
	}
	if viewer.Role != Admin {
		where = append(where, apikey.RoleNEQ(string(Admin)))
	}
	return where
}

// Revoke ends a key at once on this node, and within a second on others. It
// is false where there is none of that id among those the viewer may manage.
func (k *Keys) Revoke(ctx context.Context, id string) (bool, error) {
	viewer, err := Require(ctx, Manage)
	if err != nil {
		return false, err
	}
	parsed, err := uuid.Parse(id)
	if err != nil {
		return false, nil // a text that is no id names no key
	}
	named := append(mine(viewer), apikey.ID(parsed.String()))
	var found bool
	err = k.db.Write(ctx, func(tx *database.Tx) (err error) {
		// A key that is revoked already keeps the time at which it was.
		open := append(slices.Clone(named), apikey.RevokedAtIsNil())
		if err := tx.Ent().ApiKey.Update().Where(open...).SetRevokedAt(calendar.At(k.now())).Exec(scope.All(ctx)); err != nil {
			return err
		}
		found, err = tx.Ent().ApiKey.Query().Where(named...).Exist(scope.All(ctx))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("revoke key: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.revocations++
	clear(k.known)
	return found, nil
}

// List is the keys of a workspace, or of all where workspaceID is empty, the
// oldest first: those among them that the viewer may revoke.
func (k *Keys) List(ctx context.Context, workspaceID string) ([]*Key, error) {
	viewer, err := Require(ctx, Manage)
	if err != nil {
		return nil, err
	}
	query := k.db.Ent().ApiKey.Query().Where(mine(viewer)...).Order(apikey.ByCreatedAt(), apikey.ByID())
	if workspaceID != "" {
		if err := k.gate(ctx, workspaceID); err != nil {
			return nil, err
		}
		query = query.Where(apikey.WorkspaceID(workspaceID))
	}
	keys, err := query.All(scope.All(ctx))
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// Any reports that at least one key was ever made.
func (k *Keys) Any(ctx context.Context) (bool, error) {
	exists, err := k.db.Ent().ApiKey.Query().Exist(scope.All(ctx))
	if err != nil {
		return false, fmt.Errorf("look for keys: %w", err)
	}
	return exists, nil
}
