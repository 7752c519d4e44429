import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Demo, Login } from './demo'

// newcomer makes an employee as an operator does: with a password, and without an authenticator,
// which he sets up at his first log-in.
export function newcomer(demo: Demo, tenant: string, name: string): Login {
  const { password } = demo.person(tenant, 'office', 0)
  const login = { name, role: 'handler', email: `${name}@kantoor.example`, password }
  const { VOORDEUR_E2E_DATA: data = '', ...env } = process.env // the program refuses a setting it does not have
  execFileSync(join(import.meta.dirname, '../bin/voordeur'), ['admin', 'staff', tenant, login.email, name, login.role], {
    input: password,
    env: {
      ...env,
      VOORDEUR_DB: join(data, 'voordeur.db'),
      VOORDEUR_BLOBS: join(data, 'blobs'),
      VOORDEUR_KEY_FILE: join(data, 'key'),
    },
  })
  return login
}
