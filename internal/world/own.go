package world

import "voordeur/internal/tenant"

// own is what the office lets people do with their own account, where that is not what all do: at the
// notary's another language shows after logging out (N41), the municipalities have one switch for mail (E8), and the
// accountant's companies choose what each of their people may do (conflicts.md K28).
func own(office string, s *tenant.Settings) {
	switch office {
	case "notaris":
		s.LanguageApply = tenant.NextLogin
	case "gemeente", "eloket":
		s.Contact.OneNotice = true
	case "accountant":
		s.Users = tenant.UserRule{Rights: true, Wizard: true}
	}
}
