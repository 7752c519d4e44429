package sms

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// cmURL is where messages are handed over, https://developers.cm.com/messaging/docs/integration. CM.com
// has Cloudflare before it; who has agreed on another address with CM.com sets that.
const cmURL = "https://gw.messaging.cm.com/v1.0/message"

// cm is CM.com's Business Messaging API, with a product token in X-CM-PRODUCTTOKEN. A reference of ours,
// of at most 32 letters and digits, comes back in its reports; it does not keep a message from being
// sent a second time.
type cm struct {
	*gateway
	from   string
	calls  *gateway
	caller string
}

// cmVoiceURL is where calls are asked for, https://developers.cm.com/voice/docs/the-apps: the app that speaks a
// notification and hangs up. It takes the same product token. Its answer is the event call-queued of CM.com's own client,
// https://github.com/cmdotcom/talk-sdk-dotnet. What becomes of a call it does not report here.
const cmVoiceURL = "https://api.cm.com/voiceapi/v2/Notification"

func newCM(c Config) *cm {
	s := &cm{newGateway("cm", c.url(cmURL), c), c.From, newGateway("cm", c.voiceURL(cmVoiceURL), c), c.Voice}
	s.header.Set("X-Cm-Producttoken", c.Key)
	s.calls.header = s.header
	s.refusal = cmRefusal
	return s
}

// Calls implements Sender.
func (s *cm) Calls() bool { return s.caller != "" }

func (s *cm) call(ctx context.Context, m Message) (string, error) {
	if err := noCalls(s); err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]any{
		"instruction-id": m.Key, "callee": m.To.E164(), "caller": s.caller, "prompt": m.Text, "prompt-type": "TTS",
		"voice": map[string]any{"language": m.Voice, "gender": "Female", "number": 1},
	})
	if err != nil {
		return "", refused(Refused, "cm: %v", err)
	}
	answer, err := s.calls.post(ctx, body, nil)
	if err != nil {
		return "", err
	}
	var a struct {
		ID      string `json:"call-id"`
		Success *bool  `json:"success"`
	}
	switch {
	case json.Unmarshal(answer, &a) != nil || a.Success == nil:
		return "", s.calls.garbled()
	case !*a.Success:
		return "", refused(Refused, "cm: the call is refused")
	}
	return word(a.ID), nil
}

// Repeatable implements Sender.
func (s *cm) Repeatable() bool { return false }

// cmParts is in how many parts a text may travel: 612 letters of the alphabet of telephones.
const cmParts = 4

// Send implements Sender. CM.com wants 00 before a number and no +.
func (s *cm) Send(ctx context.Context, m Message) (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	if m.Voice != "" {
		return s.call(ctx, m)
	}
	type number struct {
		Number string `json:"number"`
	}
	minutes := max(1, int((m.Expires.Sub(s.now())+time.Minute-1)/time.Minute))
	message := map[string]any{
		"from": s.from, "to": []number{{"00" + strings.TrimPrefix(m.To.E164(), "+")}}, "body": map[string]string{"type": "auto", "content": m.Text},
		"reference": m.Key, "validity": strconv.Itoa(minutes) + "m", "allowedChannels": []string{"SMS"},
		"minimumNumberOfMessageParts": 1, "maximumNumberOfMessageParts": cmParts,
	}
	body, err := json.Marshal(map[string]any{"messages": map[string]any{"msg": []any{message}}})
	if err != nil {
		return "", refused(Refused, "cm: %v", err)
	}
	answer, err := s.post(ctx, body, nil)
	if err != nil {
		return "", err
	}
	return "", s.accepted(answer)
}

// cmAnswer is what CM.com says of a request, https://developers.cm.com/messaging/docs/responses-errors-json.
type cmAnswer struct {
	Code     *int `json:"errorCode"`
	Messages []struct {
		Status string `json:"status"`
		Code   int    `json:"messageErrorCode"`
	} `json:"messages"`
}

func (s *cm) accepted(answer []byte) error {
	var a cmAnswer
	if json.Unmarshal(answer, &a) != nil || a.Code == nil {
		return s.garbled()
	}
	if len(a.Messages) != 1 {
		if *a.Code != 0 {
			return s.refused(200, answer)
		}
		return s.garbled()
	}
	switch strings.ToLower(a.Messages[0].Status) {
	case "accepted":
		return nil
	case "rejected":
		return s.refused(200, answer)
	}
	return s.garbled()
}

func cmRefusal(body []byte) (string, Why) {
	var a cmAnswer
	if json.Unmarshal(body, &a) != nil || a.Code == nil {
		return "", Refused
	}
	code := *a.Code
	if len(a.Messages) == 1 && a.Messages[0].Code != 0 {
		code = a.Messages[0].Code
	}
	return strconv.Itoa(code), cmWhy(code)
}

// cmWhy tells what a code means; they are those of the enumeration TextClientStatusCode in CM.com's own
// client, https://github.com/cmdotcom/text-sdk-dotnet.
func cmWhy(code int) Why {
	switch code {
	case 101, 102, 103, 301: // our token, our credit, our sender
		return NotSent
	case 302, 303:
		return NoSuchNumber
	case 401, 402:
		return Blocked
	}
	return Refused
}

// Reports implements Provider: https://developers.cm.com/messaging/docs/incoming-status-report, in JSON.
// Of its codes 0 is accepted by the network, 1 rejected, 2 delivered, 3 failed.
func (s *cm) Reports(body []byte) ([]Report, error) {
	var a struct {
		Messages struct {
			Msg struct {
				Reference string `json:"reference"`
				Status    struct {
					Code json.RawMessage `json:"code"`
				} `json:"status"`
			} `json:"msg"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Messages.Msg.Reference == "" {
		return nil, errors.New("sms: cm: no report")
	}
	r := Report{Key: a.Messages.Msg.Reference}
	switch strings.Trim(string(a.Messages.Msg.Status.Code), `"`) {
	case "0":
		r.State = Accepted
	case "1":
		r.State, r.Why = Failed, Blocked
	case "2":
		r.State = Delivered
	case "3":
		r.State, r.Why = Failed, Undelivered
	default:
		return nil, nil
	}
	return []Report{r}, nil
}
