package web

import (
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/ui"
)

// RightOptions are rights as check boxes, in words.
func (c *Ctx) RightOptions(offered []access.Rights, chosen []string) []ui.Option {
	var out []ui.Option
	for _, r := range offered {
		out = append(out, ui.Option{Value: r.String(), Label: c.right(r), Chosen: slices.Contains(chosen, r.String())})
	}
	return out
}

// RightTexts says in words what an account may do.
func (c *Ctx) RightTexts(rights access.Rights) []string {
	var out []string
	for _, r := range access.AllRights() {
		if rights.Has(r) {
			out = append(out, c.right(r))
		}
	}
	return out
}

// rightTexts are the words of the rights.
var rightTexts = map[access.Rights]string{
	access.SeeDossiers: "right.dossiers_see", access.UploadDocuments: "right.dossiers_upload",
	access.SeeMessages: "right.messages_see", access.SendMessages: "right.messages_send",
	access.ManageUsers: "right.users_manage", access.ApproveDocuments: "right.approvals_approve",
}

func (c *Ctx) right(r access.Rights) string { return c.T(rightTexts[r]) }
