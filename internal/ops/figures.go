package ops

import (
	"context"
	"maps"
	"slices"
	"time"
)

// figure is a value at one moment. One name may have several, with other labels.
type figure struct {
	name   string
	labels map[string]string
	value  float64
}

// Figures are everything that is known of one moment. Err is why the database could not be asked;
// then what comes from it is missing.
type Figures struct {
	State
	Err  error
	list []figure
}

// worst returns the value of an alarm's figure that is nearest to its limit or farthest past it, and
// whether there is one.
func (f Figures) worst(a alarm) (float64, bool) {
	var list []float64
	for _, g := range f.list {
		if g.name == a.metric && (a.label == "" || g.labels[a.label] == a.value) {
			list = append(list, g.value)
		}
	}
	if len(list) == 0 {
		return 0, false
	}
	if a.below {
		return slices.Min(list), true
	}
	return slices.Max(list), true
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (f *Figures) add(name string, labels map[string]string, value float64) {
	f.list = append(f.list, figure{name, labels, value})
}

// own are the figures that need no database.
func (m *Monitor) own() []figure {
	var f Figures
	for _, work := range slices.Sorted(maps.Keys(m.from.Heavy)) {
		load, labels := m.from.Heavy[work].Load(), map[string]string{"work": work}
		f.add("voordeur_heavy_running", labels, float64(load.Running))
		f.add("voordeur_heavy_waiting", labels, float64(load.Waiting))
		f.add("voordeur_heavy_refused_total", labels, float64(load.Refused))
	}
	f.add("voordeur_http_errors_recent", nil, float64(m.requests.errors.count()))
	f.add("voordeur_build_info", map[string]string{"version": m.from.Version, "database": string(m.from.DB.Dialect())}, 1)
	if m.from.Certificate != nil {
		if ends := m.from.Certificate(); !ends.IsZero() {
			f.add("voordeur_certificate_left_seconds", nil, ends.Sub(m.from.clock().Now()).Seconds())
		}
	}
	if m.from.Blobs != nil {
		if room, err := m.from.Blobs(); err == nil {
			f.add("voordeur_disk_free_bytes", of("documents"), float64(room.Free))
			f.add("voordeur_disk_size_bytes", of("documents"), float64(room.Total))
		}
	}
	if m.from.Store != nil {
		ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
		f.add("voordeur_documents_store_answers", nil, truth(m.from.Store(ctx) == nil))
		cancel()
	}
	return f.list
}

// storeTimeout is how long the figures wait for the store of documents.
const storeTimeout = 5 * time.Second

func of(what string) map[string]string { return map[string]string{"of": what} }

// stored are the figures of the database.
func stored(s State) []figure {
	var f Figures
	f.backlogs("voordeur_jobs_open", "voordeur_jobs_oldest_seconds", "kind", s.Jobs)
	for _, kind := range slices.Sorted(maps.Keys(s.GivenUp)) {
		f.add("voordeur_jobs_given_up", map[string]string{"kind": kind}, float64(s.GivenUp[kind].Count))
	}
	f.backlogs("voordeur_mail_unsent", "voordeur_mail_oldest_seconds", "state", s.Mail)
	f.backlogs("voordeur_sms_unsent", "voordeur_sms_oldest_seconds", "state", s.Texts)
	f.backlogs("voordeur_documents_unreleased", "voordeur_documents_oldest_seconds", "state", s.Documents)
	f.add("voordeur_journal_unsealed_entries", nil, float64(s.Unsealed.Count))
	f.add("voordeur_journal_unsealed_seconds", nil, s.Unsealed.Oldest.Seconds())
	f.add("voordeur_sessions_live", nil, float64(s.Sessions))
	f.add("voordeur_database_bytes", nil, float64(s.Database.Data))
	if s.Database.Room != nil {
		f.add("voordeur_database_log_bytes", nil, float64(s.Database.Log))
		f.add("voordeur_disk_free_bytes", of("database"), float64(s.Database.Room.Free))
		f.add("voordeur_disk_size_bytes", of("database"), float64(s.Database.Room.Total))
	}
	return f.list
}

func (f *Figures) backlogs(count, oldest, label string, by map[string]Backlog) {
	for _, name := range slices.Sorted(maps.Keys(by)) {
		labels := map[string]string{label: name}
		f.add(count, labels, float64(by[name].Count))
		f.add(oldest, labels, by[name].Oldest.Seconds())
	}
}

// helps are the names of the figures with what they mean.
var helps = map[string]string{
	"voordeur_build_info":               "1, with the version and the kind of database.",
	"voordeur_certificate_left_seconds": "Time until the program's own certificate ends.",
	"voordeur_database_answers":         "Whether the database could be asked for the figures.",
	"voordeur_database_bytes":           "Size of the database.",
	"voordeur_database_log_bytes":       "Size of SQLite's write-ahead log.",
	"voordeur_disk_free_bytes":          "Free space of the disk of the database and of the documents.",
	"voordeur_disk_size_bytes":          "Whole space of the disk of the database and of the documents.",
	"voordeur_documents_oldest_seconds": "Age of the oldest document in each state that is not released.",
	"voordeur_documents_store_answers":  "Whether the S3 bucket of the documents can be used.",
	"voordeur_documents_unreleased":     "Documents in each state that is not released.",
	"voordeur_heavy_refused_total":      "Heavy work that found its queue full or waited too long, by kind: password, picture or search.",
	"voordeur_heavy_running":            "Heavy work that is being done, by kind.",
	"voordeur_heavy_waiting":            "Heavy work that waits its turn, by kind.",
	"voordeur_http_errors_recent":       "Answers with status 500 and above in the last five minutes.",
	"voordeur_jobs_given_up":            "Jobs that failed too often to be tried again.",
	"voordeur_jobs_oldest_seconds":      "Age of the oldest job that is still to be done.",
	"voordeur_jobs_open":                "Jobs still to be done.",
	"voordeur_journal_unsealed_entries": "Entries of journals that no seal covers yet.",
	"voordeur_journal_unsealed_seconds": "Age of the oldest entry that no seal covers yet.",
	"voordeur_mail_oldest_seconds":      "Age of the oldest mail in each state that is not sent.",
	"voordeur_mail_unsent":              "Mails that are queued, and that failed within the last day.",
	"voordeur_sessions_live":            "Sessions with a request in the last half hour.",
	"voordeur_sms_oldest_seconds":       "Age of the oldest text message in each state that did not arrive.",
	"voordeur_sms_unsent":               "Text messages that wait, and that did not leave or arrive within the last day.",
}
