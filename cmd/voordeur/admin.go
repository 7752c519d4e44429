package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/identity"
	"voordeur/internal/mail"
	"voordeur/internal/passwords"
	"voordeur/internal/server"
	"voordeur/internal/tenant"
)

const adminUsage = `usage:
voordeur admin [--config FILE] tenant ID NAME PORTAL-HOST OFFICE-HOST MAIL-FROM [DOCUMENTS-HOST]
    without a host for documents they are downloads only; with one, PDF and pictures open in the browser
voordeur admin [--config FILE] staff TENANT EMAIL NAME ROLE
    ROLE is handler, administrator or auditor; the password is read from the standard input
voordeur admin [--config FILE] reset-factor TENANT EMAIL`

func admin(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("admin", out)
	c, err := configured(flags, args, out)
	if err != nil {
		return helped(err)
	}
	rest := flags.Args()
	if !complete(rest) {
		return errors.New(adminUsage)
	}
	h, closeAll, err := house(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(administer(ctx, h, rest, out), closeAll())
}

func complete(args []string) bool {
	if len(args) == 0 {
		return false
	}
	switch args[0] {
	case "tenant":
		return len(args) == 6 || len(args) == 7
	case "staff":
		return len(args) == 5
	}
	return args[0] == "reset-factor" && len(args) == 3
}

func administer(ctx context.Context, h *server.House, args []string, out io.Writer) error {
	switch args[0] {
	case "tenant":
		return newTenant(ctx, h, args[1:], out)
	case "staff":
		return newStaff(ctx, h, args[1:], os.Stdin, out)
	}
	if err := h.Identity.ResetFactor(ctx, args[1], args[2]); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%s sets up a new authenticator at the next log-in\n", args[2])
	return err
}

func newTenant(ctx context.Context, h *server.House, args []string, out io.Writer) error {
	id, name, from := args[0], args[1], args[4]
	if !mail.ValidAddress(from) {
		return fmt.Errorf("%q is no mail address to send from", from)
	}
	s := tenant.DefaultSettings()
	s.Mail = tenant.MailSettings{From: from, FromName: name}
	hosts := map[access.Face]string{access.Portal: args[2], access.Office: args[3]}
	if len(args) == 6 {
		hosts[access.Docs] = args[5]
	}
	if err := h.Tenants.Create(ctx, tenant.Draft{ID: id, Name: name, Settings: s, Hosts: hosts}); err != nil {
		return err
	}
	t, err := h.Tenants.Get(ctx, id)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: clients at %s, staff at %s; now make an administrator: voordeur admin staff %s EMAIL NAME administrator\n",
		name, h.Tenants.URL(t, access.Portal), h.Tenants.URL(t, access.Office), id)
	return err
}

func newStaff(ctx context.Context, h *server.House, args []string, in io.Reader, out io.Writer) error {
	id, email, name, role := args[0], args[1], args[2], access.Role(args[3])
	if role != access.RoleHandler && role != access.RoleAdministrator && role != access.RoleAuditor {
		return fmt.Errorf("no role %q: handler, administrator or auditor", role)
	}
	typed, err := io.ReadAll(io.LimitReader(in, 1024))
	if err != nil {
		return err
	}
	t, err := h.Tenants.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("tenant %s: %w", id, err)
	}
	password := strings.TrimRight(string(typed), "\r\n")
	if identity.Judge(t, password, name, email).Err() != nil {
		return errors.New("the password on the standard input does not meet the tenant's rule: " + passwords.Text(t.Texts("en"), t.Settings.Password) + ". " + t.Texts("en").T("password.also"))
	}
	if _, err := h.Identity.CreateStaff(ctx, h.DB, id, identity.NewStaff{Email: email, Name: name, Role: role, Password: password}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s may log in at %s and sets up an authenticator there\n", email, h.Tenants.URL(t, access.Office))
	return err
}
