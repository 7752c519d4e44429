import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Outbox } from './outbox'

export interface Login {
  name: string
  role: string
  email: string
  password: string
  totp_secret?: string
  mobile?: string // to which the codes of the log-in go
}

export interface Tenant {
  id: string
  name: string
  portal: string
  office: string
  logins: Login[]
}

// Demo is what the running demo tells about itself in demo.json, and the mail it sent.
export class Demo {
  readonly outbox: Outbox
  private readonly tenants: Tenant[]

  constructor(dir = process.env.VOORDEUR_E2E_DATA) {
    if (!dir) throw new Error('VOORDEUR_E2E_DATA is not set: no demo runs')
    this.tenants = (JSON.parse(readFileSync(join(dir, 'demo.json'), 'utf8')) as { tenants: Tenant[] }).tenants
    this.outbox = new Outbox(join(dir, 'outbox'))
  }

  tenant(id: string): Tenant {
    const found = this.tenants.find((t) => t.id === id)
    if (!found) throw new Error(`no tenant ${id} in demo.json, only ${this.tenants.map((t) => t.id).join(', ')}`)
    return found
  }

  // login returns the tenant's first person with the role.
  login(id: string, role: string): Login {
    const { logins } = this.tenant(id)
    const found = logins.find((l) => l.role === role)
    if (!found) throw new Error(`no ${role} at ${id}, only ${logins.map((l) => l.role).join(', ')}`)
    return found
  }

  // person returns the tenant's n-th person of one side.
  person(id: string, face: 'portal' | 'office', n: number): Login {
    const side = this.tenant(id).logins.filter((l) => faceOf(l) === face)
    const found = side[n]
    if (!found) throw new Error(`only ${side.length} people in the ${face} of ${id}`)
    return found
  }
}

// faceOf is the side on which somebody logs in: clients have their portal, the others the office.
export function faceOf({ role }: Login): 'portal' | 'office' {
  return role === 'client' || role === 'extra' ? 'portal' : 'office'
}

// totp returns the six digits of RFC 6238 (SHA-1, 30 seconds) for a secret in base32.
export function totp(secret: string, now = Date.now()): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)))
  const sum = createHmac('sha1', base32(secret)).update(counter).digest()
  const code = sum.readUInt32BE(sum.readUInt8(sum.length - 1) & 0x0f) & 0x7fffffff
  return String(code % 1_000_000).padStart(6, '0')
}

function base32(text: string): Buffer {
  let bits = ''
  for (const c of text.toUpperCase().replace(/[\s=]/g, '')) {
    const value = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c)
    if (value < 0) throw new Error(`${c} is no base32`)
    bits += value.toString(2).padStart(5, '0')
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)))
}
