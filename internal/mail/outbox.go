package mail

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"voordeur/internal/disk"
)

const (
	outboxTime  = "20060102T150405.000000Z"
	outboxShape = ".eml"
)

// Outbox writes each message as <time>-<id>.eml into a folder, where the demo and the tests read
// it. The id carries "+" and the tenant when there is one. One process owns the folder.
type Outbox struct {
	dir  string
	mu   sync.Mutex
	sent map[string]bool // by key of the message
}

// OpenOutbox returns the outbox in dir, which it makes when missing (readable by the owner alone).
// What an earlier run wrote counts as sent.
func OpenOutbox(dir string) (*Outbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail: open outbox: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("mail: open outbox: %w", err)
	}
	o := &Outbox{dir: dir, sent: map[string]bool{}}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), outboxShape); ok && len(name) > len(outboxTime)+1 {
			o.sent[name[len(outboxTime)+1:]] = true
		}
	}
	return o, nil
}

// Send writes the message durably. A message with an ID that was sent before is not written again.
func (o *Outbox) Send(ctx context.Context, m Message) error {
	raw, err := Encode(m)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("mail: outbox: %w", err)
	}
	if o.sent[m.key()] {
		return nil
	}
	name := m.Date.UTC().Format(outboxTime) + "-" + m.key() + outboxShape
	if err := disk.Write(o.dir, name, raw); err != nil {
		return fmt.Errorf("mail: outbox: %w", err)
	}
	o.sent[m.key()] = true
	return nil
}
