package world

import (
	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
)

// own is what the office lets people do with their own account.
func own(office string, s *tenant.Settings) {
	switch office {
	case "notaris":
		s.LanguageApply = tenant.NextLogin
	case "accountant":
	default:
		s.Languages = []i18n.Lang{i18n.NL}
	}
}
