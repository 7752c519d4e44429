package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"voordeur/internal/blob"
	"voordeur/internal/config"
	"voordeur/internal/ops"
	"voordeur/internal/server"
)

// operated opens the operator's address when there is one, and has the program watched for it.
// What it returns stops serving there.
func operated(c config.Config, h *server.House, ends func() time.Time, out io.Writer) (stop func() error, err error) {
	if c.OpsAddr == "" {
		return func() error { return nil }, nil
	}
	from := ops.Sources{DB: h.DB, Version: version, Heavy: h.Heavy, Certificate: ends}
	switch s := h.Store.(type) {
	case *blob.Disk:
		from.Blobs = s.Room
	case interface{ Answers(context.Context) error }: // a bucket, which tells no room
		from.Store = s.Answers
	}
	m, err := ops.New(from)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", c.OpsAddr)
	if err != nil {
		return nil, fmt.Errorf("VOORDEUR_OPS_ADDR: %w", err)
	}
	h.Observe, h.Jobs.Observe = m.Request, m.Job
	fmt.Fprintf(out, "The operator's page is on http://%s\n", l.Addr())
	return background(newServer(context.Background(), m.Handler(!c.OpsExposed), h.Log), l), nil
}
