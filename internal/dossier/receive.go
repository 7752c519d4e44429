package dossier

import (
	"context"
	"errors"
	"io"

	"voordeur/internal/access"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/tenant"
)

// errTwice ends the second of two equal requests; the first has added the file.
var errTwice = errors.New("dossier: this file was added by an earlier request")

// Receive takes a whole file from a plain form, whose size is known only at its end.
func (ds *Dossiers) Receive(ctx context.Context, s access.Scope, dossier string, in NewUpload, body io.Reader) (Upload, error) {
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return Upload{}, err
	}
	if _, err := mayDeliver(ctx, ds.db, t, s, dossier); err != nil {
		return Upload{}, err
	}
	u := Upload{Dossier: dossier, FileName: filetype.CleanName(in.FileName), Category: in.Category, Type: in.Type, once: in.Once}
	if had, err := ds.hadOnce(ctx, s, in.Once); err != nil || had {
		return u, err
	}
	stored, err := ds.store(ctx, t, s, &u, body)
	if err != nil {
		return u, err
	}
	return ds.took(ctx, t, s, u, stored)
}

func (ds *Dossiers) hadOnce(ctx context.Context, s access.Scope, once string) (bool, error) {
	n, err := db.One(ctx, ds.db, db.Value[int], `select count(*) from once where tenant_id = $1 and account_id = $2 and key = $3`, s.Tenant(), s.Account(), once)
	return n > 0, err
}

// store checks the content's type and keeps its bytes.
func (ds *Dossiers) store(ctx context.Context, t *tenant.Tenant, s access.Scope, u *Upload, body io.Reader) (blob.Stored, error) {
	p := rule(t, s)
	u.Size = 1 // not known yet, and not nothing
	r, mediaType, err := sniff(p, *u, io.LimitReader(body, p.MaxBytes+1))
	if err != nil {
		return blob.Stored{}, err
	}
	stored, err := ds.vault.Put(ctx, t.ID, t.Key, r)
	if err == nil && stored.PlainSize > p.MaxBytes {
		err = ds.undo(ctx, t.ID, stored, errs.New(errs.TooLarge, "file.too_large", "max", p.MaxBytes/mb))
	}
	u.MediaType, u.Size, u.Received, u.Complete = mediaType, stored.PlainSize, stored.PlainSize, true
	return stored, err
}

// took commits a file whose bytes are durable.
func (ds *Dossiers) took(ctx context.Context, t *tenant.Tenant, s access.Scope, u Upload, stored blob.Stored) (Upload, error) {
	begun, err := ds.Begin(ctx, s, u.Dossier, NewUpload{FileName: u.FileName, Size: u.Size, Category: u.Category, Type: u.Type})
	if err != nil {
		return u, ds.undo(ctx, t.ID, stored, err)
	}
	u.ID, u.Category, u.Type = begun.ID, begun.Category, begun.Type
	err = ds.complete(ctx, t, s, u, 0, stored)
	if err == nil {
		return u, nil
	}
	if err = ds.undo(ctx, t.ID, stored, err); errors.Is(err, db.ErrUnknown) {
		return u, err
	}
	// What was begun goes too, or it would stand in the dossier's quota for days.
	dropped := ds.Drop(context.WithoutCancel(ctx), s, u.Dossier, u.ID)
	if errors.Is(err, errTwice) {
		return u, dropped
	}
	return u, errors.Join(err, dropped)
}
