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
type bird struct{ *gateway }

func newBird(c Config) *bird {
	workspace, channel, _ := strings.Cut(c.Account, "/")
	s := &bird{newGateway("bird", c.url(birdURL)+"/workspaces/"+url.PathEscape(workspace)+"/channels/"+url.PathEscape(channel)+"/messages", c)}
	s.header.Set("Authorization", "AccessKey "+c.Key)
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

// Send implements Sender.
func (s *bird) Send(ctx context.Context, m Message) (string, error) {
	if err := m.check(); err != nil {
		return "", err
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
