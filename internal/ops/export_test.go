package ops

// What the tests of this package reach into.
var (
	// Counts are the statements by the index that serves them.
	Counts = map[string]string{
		"job_due": countJobs, "mail_unsent": countMail, "sms_unsent": countTexts, "document_unreleased": countDocuments,
		"journal_unsealed": countUnsealed, "session_open": countSessions,
	}
	Say = func(v float64, u string) string {
		return say(v, map[string]unit{"things": things, "seconds": seconds, "bytes": bytes, "answer": answer}[u])
	}
)
