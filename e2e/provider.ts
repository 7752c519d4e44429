import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

// Person is somebody whom the provider knows. Whoever has groups is an employee, and shows more than a password.
export interface Person {
  name: string
  email?: string
  groups?: string[]
}

// Known is what the provider knows of a program that has people logged in by it.
export interface Known {
  back: string // to which they come back
  over: string // at which it hears that they have logged out
  out: string // to which they come back after that
}

// Party is a running provider that is not ours: oidc-provider, which is certified. It says what is in its
// tokens, and which questions it takes.
export class Party {
  readonly client = 'voordeur'
  readonly secret = 'what only the two of us know'
  mistaken = false // answers carry the nonce of somebody else
  private provider?: Provider

  private constructor(
    private readonly people: Record<string, Person>,
    private readonly server = createServer((req, res) => void this.answer(req, res)),
  ) {}

  // open starts one. It answers when it has met the program.
  static async open(people: Record<string, Person>): Promise<Party> {
    const party = new Party(people)
    await once(party.server.listen(0, '127.0.0.1'), 'listening')
    return party
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  // meet tells it of the program.
  meet({ back, over, out }: Known): void {
    const { client, people } = this
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: client,
          client_secret: this.secret,
          redirect_uris: [back],
          post_logout_redirect_uris: [out],
          backchannel_logout_uri: over,
          backchannel_logout_session_required: true,
          id_token_signed_response_alg: 'ES256',
        },
      ],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
      cookies: { keys: ['of this run'] },
      ttl: Object.fromEntries(['AccessToken', 'Grant', 'IdToken', 'Interaction', 'Session'].map((kind) => [kind, 600])),
      claims: { openid: ['sub', 'amr'], profile: ['name'], email: ['email'], groups: ['groups'] },
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource: (ctx: { body: string }, form: string) => {
            ctx.body = page('Uitloggen?', `${form}<button form="op.logoutForm" name="logout" value="yes">Ja, uitloggen</button>`)
          },
          postLogoutSuccessSource: (ctx: { body: string }) => {
            ctx.body = page('Uitgelogd')
          },
        },
      },
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
      // Nobody is asked whether the program may know who he is.
      loadExistingGrant: async (ctx: { oidc: { provider: Provider; session: { accountId: string } } }) => {
        const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: client })
        grant.addOIDCScope('openid profile email groups')
        await grant.save()
        return grant
      },
      renderError: (ctx: { body: string }, { error }: { error: string }) => {
        ctx.body = page(`Fout: ${error}`)
      },
      fetch: reach,
    })
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }

  private async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!this.provider) {
      res.writeHead(503).end()
    } else if (!req.url?.startsWith('/interaction/')) {
      if (this.mistaken) req.url = req.url?.replace(/nonce=[^&]*/, 'nonce=of-somebody-else')
      this.provider.callback()(req, res)
    } else if (req.method === 'POST') {
      const id = new URLSearchParams(await read(req)).get('who') ?? ''
      await this.provider.interactionFinished(req, res, this.chosen(id))
    } else {
      const buttons = Object.entries(this.people).map(([id, p]) => `<button name="who" value="${id}">Ik ben ${p.name}</button>`)
      res.setHeader('Content-Type', 'text/html; charset=utf-8')
      res.end(page('Wie bent u?', `<form method="post">${buttons.join(' ')} <button name="who" value="">Annuleren</button></form>`))
    }
  }

  private chosen(id: string): object {
    if (!id) return { error: 'access_denied', error_description: 'cancelled' }
    return { login: { accountId: id, amr: this.people[id]?.groups ? ['pwd', 'mfa'] : ['pwd'] } }
  }
}

function page(title: string, body = ''): string {
  return `<!doctype html><html lang="nl"><title>${title}</title><h1>${title}</h1>${body}</html>`
}

async function read(req: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of req) body += String(part)
  return body
}

// reach calls the program, at a name that only browsers resolve.
function reach(url: string, { method, headers, body }: { method: string; headers: Headers; body: string }): Promise<Response> {
  const { host, port, pathname } = new URL(url)
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path: pathname, method, headers: { ...Object.fromEntries(headers), host } }, (res) => {
      res.resume()
      resolve(new Response(null, { status: res.statusCode }))
    })
    req.on('error', reject)
    req.end(String(body))
  })
}
