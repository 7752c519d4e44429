package sms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// generic is any gateway that takes a message as JSON. What is posted is a template with places; that a
// key was seen before the gateway may know from the header Idempotency-Key.
type generic struct {
	*gateway
	calls             *gateway
	body, voice, from string // voice is "" where no calls are made
	repeatable        bool
}

func newGeneric(c Config) (*generic, error) {
	s := &generic{newGateway("http", c.URL, c), newGateway("http", c.voiceURL(c.URL), c), c.Body, c.Voice, c.From, c.Repeatable}
	s.calls.header = s.header
	if c.Header != "" {
		name, value, found := strings.Cut(c.Header, ":")
		value = strings.TrimSpace(strings.ReplaceAll(value, "{key}", c.Key))
		if !found || !headerShape.MatchString(name) || strings.ContainsAny(value, "\r\n") {
			return nil, errors.New("sms: the header is not NAME: VALUE")
		}
		s.header.Set(name, value)
	}
	for _, template := range []string{s.body, s.voice} {
		if _, err := s.fill(template, Message{Text: "x", Key: "x"}); err != nil && template != "" {
			return nil, err
		}
	}
	return s, nil
}

var (
	headerShape = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	placeShape  = regexp.MustCompile(`\{[a-z]+\}`)
)

// fill puts a message in a template, each place as the inside of a JSON string.
func (s *generic) fill(template string, m Message) ([]byte, error) {
	values := map[string]string{
		"{to}": m.To.E164(), "{digits}": strings.TrimPrefix(m.To.E164(), "+"), "{text}": m.Text, "{from}": s.from, "{reference}": m.Key, "{language}": m.Voice,
		"{seconds}": strconv.Itoa(max(1, int(m.Expires.Sub(s.now())/time.Second))),
	}
	unknown := ""
	body := placeShape.ReplaceAllStringFunc(template, func(place string) string {
		value, known := values[place]
		if !known {
			unknown = place
		}
		quoted, _ := json.Marshal(value) // a string always is one
		return string(quoted[1 : len(quoted)-1])
	})
	switch {
	case unknown != "":
		return nil, fmt.Errorf("sms: the body has the unknown place %s", unknown)
	case !json.Valid([]byte(body)):
		return nil, errors.New("sms: the body is no JSON")
	case !strings.Contains(template, "{text}") || !strings.Contains(template, "{to}") && !strings.Contains(template, "{digits}"):
		return nil, errors.New("sms: the body lacks {text}, or {to} or {digits}")
	}
	return []byte(body), nil
}

// Repeatable implements Sender.
func (s *generic) Repeatable() bool { return s.repeatable }

// Calls implements Sender.
func (s *generic) Calls() bool { return s.voice != "" }

// Send implements Sender.
func (s *generic) Send(ctx context.Context, m Message) (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	to, template := s.gateway, s.body
	if m.Voice != "" {
		if err := noCalls(s); err != nil {
			return "", err
		}
		to, template = s.calls, s.voice
	}
	body, err := s.fill(template, m)
	if err != nil {
		return "", err
	}
	_, err = to.post(ctx, body, http.Header{"Idempotency-Key": {m.Key}})
	return "", err
}

// Reports implements Provider, in a form of our own.
func (s *generic) Reports(body []byte) ([]Report, error) {
	var a struct {
		Reference string `json:"reference"`
		Status    string `json:"status"`
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Reference == "" {
		return nil, errors.New("sms: http: no report")
	}
	r := Report{Key: a.Reference}
	switch a.Status {
	case "accepted":
		r.State = Accepted
	case "delivered":
		r.State = Delivered
	case "failed":
		r.State, r.Why = Failed, Undelivered
	case "expired":
		r.State, r.Why = Failed, Late
	default:
		return nil, errors.New("sms: http: no report")
	}
	return []Report{r}, nil
}
