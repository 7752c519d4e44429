package sms

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// spryngURL is where messages are handed over, https://developer.spryng.nl/messaging/v2-messages-create.
const spryngURL = "https://api.spryng.nl/v2/messages"

// spryng is Spryng's Messaging API v2, with a key in X-Api-Key and an account as SPNL0000000. It knows
// no name of ours for a message: a message that was sent again is another message. The answer has its
// own name, by which it reports (https://developer.spryng.nl/webhooks/v2-webhooks-create-subscription).
type spryng struct {
	*gateway
	account, from string
}

func newSpryng(c Config) *spryng {
	s := &spryng{newGateway("spryng", c.url(spryngURL), c), c.Account, c.From}
	s.header.Set("X-Api-Key", c.Key)
	s.refusal = spryngRefusal
	return s
}

// Repeatable implements Sender.
func (s *spryng) Repeatable() bool { return false }

// Calls implements Sender: the API has text messages alone.
func (s *spryng) Calls() bool { return false }

// spryngMin and spryngMax are how long a message may be worth something to Spryng.
const (
	spryngMin = time.Minute + 10*time.Second
	spryngMax = 72*time.Hour - time.Minute
)

// noVariables writes square brackets as round ones: in a text Spryng takes them for places to fill.
var noVariables = strings.NewReplacer("[", "(", "]", ")")

// Send implements Sender.
func (s *spryng) Send(ctx context.Context, m Message) (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	if m.Voice != "" {
		return "", noCalls(s)
	}
	type recipient struct {
		Msisdn string `json:"msisdn"`
	}
	left := min(max(m.Expires.Sub(s.now()), spryngMin), spryngMax)
	body, err := json.Marshal(map[string]any{
		"accountReference": s.account, "channel": "SMS", "from": s.from, "characterSet": "Auto", "messageType": "AuthenticationAndSecurity",
		"validity": s.now().Add(left).UTC().Format("2006-01-02T15:04:05.000Z"), "body": map[string]string{"text": noVariables.Replace(m.Text)},
		"recipients": []recipient{{m.To.E164()}}, "metaData": map[string]string{"reference": m.Key},
	})
	if err != nil {
		return "", refused(Refused, "spryng: %v", err)
	}
	answer, err := s.post(ctx, body, nil)
	if err != nil {
		return "", err
	}
	var a struct {
		Data struct {
			MessageIDs []string `json:"messageIds"`
		} `json:"data"`
	}
	if json.Unmarshal(answer, &a) != nil || len(a.Data.MessageIDs) != 1 || word(a.Data.MessageIDs[0]) == "" {
		return "", s.garbled()
	}
	return a.Data.MessageIDs[0], nil
}

func spryngRefusal(body []byte) (string, Why) {
	var a struct {
		Errors []struct {
			Code string `json:"errorCode"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &a) != nil || len(a.Errors) == 0 {
		return "", Refused
	}
	return a.Errors[0].Code, spryngWhy(a.Errors[0].Code)
}

// spryngWhy tells from a code, of which Spryng has no list, what is the matter.
func spryngWhy(code string) Why {
	code = strings.ToLower(code)
	for _, c := range []struct {
		part string
		why  Why
	}{
		{"optout", Blocked},
		{"optedout", Blocked},
		{"blacklist", Blocked},
		{"msisdn", NoSuchNumber},
		{"recipient", NoSuchNumber},
		{"absent", NoSuchNumber},
		{"unknownsubscriber", NoSuchNumber},
		{"expired", Late},
		{"credit", NotSent},
		{"balance", NotSent},
		{"account", NotSent},
		{"senderid", NotSent},
		{"unauthenticated", NotSent},
	} {
		if strings.Contains(code, c.part) {
			return c.why
		}
	}
	return Refused
}

// Reports implements Provider.
func (s *spryng) Reports(body []byte) ([]Report, error) {
	var a struct {
		Messages []struct {
			ID     string `json:"MessageId"`
			Status string `json:"Status"`
			Reason string `json:"Reason"`
		} `json:"Messages"`
	}
	if err := json.Unmarshal(body, &a); err != nil || len(a.Messages) == 0 {
		return nil, errors.New("sms: spryng: no report")
	}
	var list []Report
	for _, m := range a.Messages {
		r := Report{Reference: m.ID}
		switch strings.ToLower(m.Status) {
		case "delivered":
			r.State = Delivered
		case "failed", "rejected", "undeliverable":
			r.State, r.Why = Failed, cmpWhy(spryngWhy(m.Reason))
		case "expired":
			r.State, r.Why = Failed, Late
		default:
			continue
		}
		list = append(list, r)
	}
	return list, nil
}
