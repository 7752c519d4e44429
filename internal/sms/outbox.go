package sms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"voordeur/internal/disk"
)

const (
	outboxTime  = "20060102T150405.000000Z"
	outboxShape = ".sms.json"
)

// Outbox writes each message as <time>-<key>.sms.json into a folder, where the demo and the tests read
// it. One process owns the folder.
type Outbox struct {
	dir  string
	mu   sync.Mutex
	sent map[string]bool // by key of the message
}

// Written is a message as it stands in an outbox.
type Written struct {
	To       string    `json:"to"` // E.164
	Text     string    `json:"text"`
	Voice    bool      `json:"voice,omitempty"` // spoken on a call
	Language string    `json:"language,omitempty"`
	Key      string    `json:"key"`
	At       time.Time `json:"at"`
}

// OpenOutbox returns the outbox in dir, which it makes when missing (readable by the owner alone).
// What an earlier run wrote counts as sent.
func OpenOutbox(dir string) (*Outbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("sms: open outbox: %w", err)
	}
	o := &Outbox{dir: dir, sent: map[string]bool{}}
	all, err := ReadOutbox(dir)
	for _, w := range all {
		o.sent[w.Key] = true
	}
	return o, err
}

// ReadOutbox returns the messages in the folder of an outbox, oldest first.
func ReadOutbox(dir string) ([]Written, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"+outboxShape))
	if err != nil {
		return nil, fmt.Errorf("sms: outbox: %w", err)
	}
	slices.Sort(names) // they begin with the time
	all := make([]Written, len(names))
	for i, name := range names {
		b, err := os.ReadFile(name) // #nosec G304 -- a file of the outbox, chosen from its list
		if err != nil {
			return nil, fmt.Errorf("sms: outbox: %w", err)
		}
		if err := json.Unmarshal(b, &all[i]); err != nil {
			return nil, fmt.Errorf("sms: outbox: %s: %w", strings.TrimPrefix(name, dir), err)
		}
	}
	return all, nil
}

// Calls implements Sender.
func (o *Outbox) Calls() bool { return true }

// Repeatable implements Sender.
func (o *Outbox) Repeatable() bool { return true }

// Send writes the message durably. A message with a key that was sent before is not written again.
func (o *Outbox) Send(ctx context.Context, m Message) (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("sms: outbox: %w", err)
	}
	if o.sent[m.Key] {
		return "", nil
	}
	at := m.Made.UTC()
	b, err := json.MarshalIndent(Written{m.To.E164(), m.Text, m.Voice != "", m.Voice, m.Key, at}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("sms: outbox: %w", err)
	}
	if err := disk.Write(o.dir, at.Format(outboxTime)+"-"+m.Key+outboxShape, append(b, '\n')); err != nil {
		return "", fmt.Errorf("sms: outbox: %w", err)
	}
	o.sent[m.Key] = true
	return "", nil
}

// Reports implements Provider: nobody reports of an outbox.
func (o *Outbox) Reports([]byte) ([]Report, error) { return nil, errors.New("sms: outbox: no report") }
