package sms

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// birdURL is where messages are handed over, with workspace and channel behind it:
// https://docs.bird.com/api/channels-api/supported-channels/programmable-sms/sending-sms-messages.
const birdURL = "https://api.bird.com"

// bird is the Channels API of Bird, once MessageBird. A reference of ours comes back in its reports; it
// does not keep a message from being sent a second time. It knows no validity.
type bird struct {
	*gateway
	calls *gateway // nil where none are made
}

func newBird(c Config) *bird {
	workspace, channel, _ := strings.Cut(c.Account, "/")
	channels := "/workspaces/" + url.PathEscape(workspace) + "/channels/"
	s := &bird{gateway: newGateway("bird", c.url(birdURL)+channels+url.PathEscape(channel)+"/messages", c)}
	s.header.Set("Authorization", "AccessKey "+c.Key)
	if c.Voice != "" {
		s.calls = newGateway("bird", c.voiceURL(c.url(birdURL))+channels+url.PathEscape(c.Voice)+"/calls", c)
		s.calls.header = s.header
	}
	s.refusal = func(body []byte) (string, Why) {
		var a struct {
			Code string `json:"code"`
		}
		if json.Unmarshal(body, &a) != nil {
			return "", Refused
		}
		return a.Code, Refused
	}
	return s
}

// Repeatable implements Sender.
func (s *bird) Repeatable() bool { return false }

// Calls implements Sender.
func (s *bird) Calls() bool { return s.calls != nil }

// birdCall bounds a call in seconds: how long it rings, and how long it is.
const (
	birdRings = 40
	birdCall  = 120
)

// call has a call made that says the text and ends, https://docs.bird.com/api/voice-api/voice-calls-api/initiate-an-outbound-call.
// It knows no reference of ours, and what becomes of a call it does not report here.
func (s *bird) call(ctx context.Context, m Message) (string, error) {
	if err := noCalls(s); err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]any{
		"to": m.To.E164(), "ringTimeout": birdRings, "maxDuration": birdCall,
		"callFlow": []map[string]any{
			{"command": "say", "options": map[string]any{"text": m.Text, "locale": m.Voice, "voice": "female"}},
			{"command": "hangup"},
		},
	})
	if err != nil {
		return "", refused(Refused, "bird: %v", err)
	}
	answer, err := s.calls.post(ctx, body, nil)
	if err != nil {
		return "", err
	}
	var a struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(answer, &a) != nil || word(a.ID) == "" {
		return "", s.calls.garbled()
	}
	return a.ID, nil
}

// Send implements Sender.
func (s *bird) Send(ctx context.Context, m Message) (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	if m.Voice != "" {
		return s.call(ctx, m)
	}
	type contact struct {
		Key   string `json:"identifierKey"`
		Value string `json:"identifierValue"`
	}
	body, err := json.Marshal(map[string]any{
		"receiver":  map[string]any{"contacts": []contact{{"phonenumber", m.To.E164()}}},
		"body":      map[string]any{"type": "text", "text": map[string]string{"text": m.Text}},
		"reference": m.Key,
	})
	if err != nil {
		return "", refused(Refused, "bird: %v", err)
	}
	answer, err := s.post(ctx, body, nil)
	if err != nil {
		return "", err
	}
	var a struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	switch {
	case json.Unmarshal(answer, &a) != nil || word(a.ID) == "":
		return "", s.garbled()
	case birdFailed[a.Status] != "":
		return "", refused(birdFailed[a.Status], "bird: %s", word(a.Status))
	}
	return a.ID, nil
}

// birdFailed are the states that a message does not come out of, with what they mean:
// https://docs.bird.com/api/channels-api/message-status-and-interactions.
var birdFailed = map[string]Why{"rejected": Refused, "sending_failed": Undelivered, "delivery_failed": Undelivered, "skipped": Blocked, "deleted": Refused}

// Reports implements Provider: the event sms.outbound.
func (s *bird) Reports(body []byte) ([]Report, error) {
	var a struct {
		Event   string `json:"event"`
		Payload struct {
			ID        string `json:"id"`
			Reference string `json:"reference"`
			Status    string `json:"status"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Event != "sms.outbound" {
		return nil, errors.New("sms: bird: no report")
	}
	r := Report{Key: a.Payload.Reference, Reference: a.Payload.ID}
	switch why := birdFailed[a.Payload.Status]; {
	case why != "":
		r.State, r.Why = Failed, why
	case a.Payload.Status == "delivered":
		r.State = Delivered
	case a.Payload.Status == "accepted" || a.Payload.Status == "processing" || a.Payload.Status == "sent":
		r.State = Accepted
	default:
		return nil, nil
	}
	return []Report{r}, nil
}
