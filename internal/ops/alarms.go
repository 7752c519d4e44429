package ops

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// unit is how a figure is said in words.
type unit int

const (
	things unit = iota
	seconds
	bytes
	answer // 0 is no
)

// alarm is one thing that may need the operator. The page and the rules of Prometheus are both made
// from the list, so that they cannot differ.
type alarm struct {
	name         string // of the rule
	metric       string
	label, value string // which series of the metric; "" for all
	below        bool   // it rings below the limit, not above it
	limit        float64
	unit         unit
	patience     time.Duration // how long Prometheus waits before it rings
	urgent       bool          // somebody must act now, not tomorrow
	optional     bool          // not every installation has the figure; where it is missing elsewhere, it is 0
	well, wrong  string        // what the page says
	act          string        // what to do about it
}

const (
	gib    = 1 << 30
	mib    = 1 << 20
	minute = 60.0
	hour   = 60 * minute
	day    = 24 * hour
)

var alarms = []alarm{
	{
		name: "VoordeurDatabaseSilent", metric: "voordeur_database_answers", below: true, limit: 1, unit: answer, patience: time.Minute, urgent: true,
		well: "The database answers.", wrong: "The database does not answer.",
		act: "Look at the log for what it said. With PostgreSQL: does it run, and is it reachable from here?",
	},
	{
		name: "VoordeurServerErrors", metric: "voordeur_http_errors_recent", limit: 10, urgent: true,
		well: "Pages are answered without errors.", wrong: "Many answers of the last five minutes were errors of the server.",
		act: "Look for level ERROR in the log; each error has the id that its page showed.",
	},
	{
		name: "VoordeurDatabaseDiskFull", metric: "voordeur_disk_free_bytes", label: "of", value: "database", below: true, limit: 256 * mib, unit: bytes, urgent: true, optional: true,
		well: "The database can be written to.", wrong: "The disk of the database is nearly full; below 16 MiB nothing is written any more.",
		act: "Make room now: a larger disk, or take away what is not Voordeur's.",
	},
	{
		name: "VoordeurDatabaseDiskLow", metric: "voordeur_disk_free_bytes", label: "of", value: "database", below: true, limit: 5 * gib, unit: bytes, patience: 10 * time.Minute, optional: true,
		well: "The disk of the database has room.", wrong: "The disk of the database is getting full.",
		act: "Plan a larger disk; see what grew by comparing with last month's figures.",
	},
	{
		name: "VoordeurDocumentsDiskFull", metric: "voordeur_disk_free_bytes", label: "of", value: "documents", below: true, limit: 256 * mib, unit: bytes, urgent: true, optional: true,
		well: "Documents can be taken in.", wrong: "The disk of the documents is nearly full; uploads are refused soon.",
		act: "Make room now: a larger disk, or take away what is not Voordeur's.",
	},
	{
		name: "VoordeurDocumentsDiskLow", metric: "voordeur_disk_free_bytes", label: "of", value: "documents", below: true, limit: 20 * gib, unit: bytes, patience: 10 * time.Minute, optional: true,
		well: "The disk of the documents has room.", wrong: "The disk of the documents is getting full.",
		act: "Plan a larger disk.",
	},
	{
		name: "VoordeurDocumentsSilent", metric: "voordeur_documents_store_answers", below: true, limit: 1, unit: answer, patience: time.Minute, urgent: true, optional: true,
		well: "The store of the documents answers.", wrong: "The store of the documents cannot be used: uploads and downloads are refused.",
		act: "The log says what the bucket answered, and why: its keys, its clock, its room, or that it is away. All else goes on.",
	},
	{
		name: "VoordeurLogGrows", metric: "voordeur_database_log_bytes", limit: 512 * mib, unit: bytes, patience: 10 * time.Minute, optional: true,
		well: "The write-ahead log of the database is written back in time.", wrong: "The write-ahead log of the database grows and is not written back.",
		act: "Something reads the database file for very long, mostly another program that copies it. End that; the log shrinks by itself.",
	},
	{
		name: "VoordeurJobsLate", metric: "voordeur_jobs_oldest_seconds", limit: 30 * minute, unit: seconds, patience: 5 * time.Minute,
		well: "Work in the background is done in time.", wrong: "Work in the background is late.",
		act: "See which kind below. mail.send: the mail server refuses or is away. document.scan: the scanner is away. The log says why each attempt failed.",
	},
	{
		name: "VoordeurJobsGivenUp", metric: "voordeur_jobs_given_up", limit: 0,
		well: "No job was given up.", wrong: "Jobs failed too often and are not tried again.",
		act: "The log says under \"job failed\" why. What they should have done has not been done.",
	},
	{
		name: "VoordeurMailFails", metric: "voordeur_mail_unsent", label: "state", value: "failed", limit: 20,
		well: "Mail of the last day was sent.", wrong: "Many mails of the last day could not be sent.",
		act: "A few are wrong addresses, which the office sees. Many are a mail server that refuses this sender: ask who runs it.",
	},
	{
		name: "VoordeurTextsExpire", metric: "voordeur_sms_unsent", label: "state", value: "expired", limit: 5, urgent: true,
		well: "Text messages leave in time.", wrong: "Text messages of the last day expired before they could leave: who needs a code cannot log in.",
		act: "The log says under \"job failed\" with kind sms.send what the provider answers: it is away, does not know our key, or the credit is spent.",
	},
	{
		name: "VoordeurTextsFail", metric: "voordeur_sms_unsent", label: "state", value: "failed", limit: 20,
		well: "Text messages of the last day arrived.", wrong: "Many text messages of the last day were refused or did not arrive.",
		act: "A few are wrong numbers, which the office sees. Many are a provider that refuses the sender or the text: look in its own log.",
	},
	{
		name: "VoordeurTextsUnknown", metric: "voordeur_sms_unsent", label: "state", value: "unknown", limit: 10,
		well: "The provider says what becomes of text messages.", wrong: "Of many text messages of the last day the provider did not say whether it took them.",
		act: "It answers too late, or fails while it answers. They are not sent a second time; the provider's own log says which were sent.",
	},
	{
		name: "VoordeurDocumentsUnchecked", metric: "voordeur_documents_oldest_seconds", label: "state", value: "checking", limit: 15 * minute, unit: seconds, patience: 5 * time.Minute,
		well: "Uploaded documents are checked in time.", wrong: "Uploaded documents wait to be checked, and nobody can open them.",
		act: "Does the scanner run? The log says under \"job failed\" why a check failed.",
	},
	{
		name: "VoordeurJournalUnsealed", metric: "voordeur_journal_unsealed_seconds", limit: 5 * minute, unit: seconds, patience: time.Minute,
		well: "The journal is sealed.", wrong: "New entries of the journal are not sealed.",
		act: "Look for \"seal\" in the log. Until it is repaired a change of those entries would not show.",
	},
	{
		name: "VoordeurPasswordQueue", metric: "voordeur_heavy_waiting", label: "work", value: "password", limit: 25, patience: time.Minute,
		well: "Log-ins are checked at once.", wrong: "Log-ins wait for each other; soon they are refused for a moment.",
		act: "Either many people log in at once, or somebody guesses passwords: the journal counts refused log-ins.",
	},
	{
		name: "VoordeurSearchQueue", metric: "voordeur_heavy_waiting", label: "work", value: "search", limit: 15, patience: time.Minute,
		well: "Searches are answered at once.", wrong: "Searches wait for each other; soon some are refused for a moment.",
		act: "Either a script searches, which the journal tells of whom, or the machine is too small: see docs/performance.md.",
	},
	{
		name: "VoordeurCertificateEnds", metric: "voordeur_certificate_left_seconds", below: true, limit: 10 * day, unit: seconds, patience: time.Hour, optional: true,
		well: "The certificate is valid for some time.", wrong: "The certificate ends soon.",
		act: "Renewal failed: look for \"certificate\" in the log.",
	},
}

// rings reports whether a value needs the operator.
func (a alarm) rings(v float64) bool {
	if a.below {
		return v < a.limit
	}
	return v > a.limit
}

// expr is the alarm as an expression of Prometheus.
func (a alarm) expr() string {
	series, sign := a.metric, ">"
	if a.label != "" {
		series += fmt.Sprintf("{%s=%q}", a.label, a.value)
	}
	if a.below {
		sign = "<"
	}
	return series + " " + sign + " " + strconv.FormatFloat(a.limit, 'f', -1, 64)
}

// Rules returns the alarms as a file of rules for Prometheus.
func Rules() string {
	var b strings.Builder
	b.WriteString("# Made from the list of alarms in internal/ops by `UPDATE=1 go test ./internal/ops`: the operator's page\n" +
		"# has the same limits. Urgent means: somebody must act now.\n" +
		"groups:\n  - name: voordeur\n    rules:\n")
	b.WriteString(rule("VoordeurDown", `up{job="voordeur"} == 0`, time.Minute, true, "Voordeur does not answer.", "Does it run, and can Prometheus reach VOORDEUR_OPS_ADDR?"))
	for _, a := range alarms {
		b.WriteString(rule(a.name, a.expr(), a.patience, a.urgent, a.wrong, a.act))
	}
	return b.String()
}

func rule(name, expr string, patience time.Duration, urgent bool, wrong, act string) string {
	severity := "warning"
	if urgent {
		severity = "urgent"
	}
	return fmt.Sprintf("      - alert: %s\n        expr: %s\n        for: %ds\n        labels:\n          severity: %s\n        annotations:\n          summary: %q\n          description: %q\n",
		name, expr, int(patience.Seconds()), severity, wrong, act)
}
