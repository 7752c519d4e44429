package world

import "voordeur/internal/tenant"

// own is what the office lets people do with their own account, where that is not what all do: at the
// notary's another language shows after logging out (N41).
func own(office string, s *tenant.Settings) {
	if office == "notaris" {
		s.LanguageApply = tenant.NextLogin
	}
}
