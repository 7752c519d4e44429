import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer as createWeb } from 'node:http'
import { join } from 'node:path'

// Simulator is a running simulator of log-in services and the party that it answers to.
export interface Simulator {
  // question is the address at which the party has somebody log in.
  question(provider: string, more?: Record<string, string>): string
  readonly url: string
  stop(): Promise<void>
}

// startSimulator runs the program's own, and a party that shows what came back.
export async function startSimulator(): Promise<Simulator> {
  const party = createWeb((req, res) => {
    res.setHeader('Content-Type', 'text/plain')
    res.end(`back with ${[...new URL(req.url ?? '/', 'http://party').searchParams.keys()].sort().join(' ')}`)
  }).listen(0, '127.0.0.1')
  await once(party, 'listening')
  const redirect = `http://127.0.0.1:${(party.address() as AddressInfo).port}/back`
  const program = spawn(join(import.meta.dirname, '../bin/voordeur'), ['eid-sim', '--addr', '127.0.0.1:0', '--redirect', redirect])
  const ended = once(program, 'exit')
  const url = await listening(program)
  const challenge = createHash('sha256').update('the verifier of a party that never asks').digest('base64url')
  return {
    url,
    question(provider, more = {}) {
      const asked = { client_id: 'voordeur', redirect_uri: redirect, response_type: 'code', scope: 'openid', state: 's', nonce: 'n' }
      const query = new URLSearchParams({ ...asked, code_challenge: challenge, code_challenge_method: 'S256', ...more })
      return `${url}/oidc/${provider}/authorize?${query}`
    },
    async stop() {
      program.kill('SIGTERM')
      await ended
      party.close()
    },
  }
}

// listening waits until the program has said where it listens. The port is the machine's choice: one
// that was looked for first could be somebody else's by now.
async function listening(program: ChildProcessWithoutNullStreams): Promise<string> {
  let complaint = ''
  program.stderr.on('data', (b: Buffer) => (complaint += b))
  let said = ''
  for await (const chunk of program.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk
    const issuer = /issuer +(http:\/\/[^/]+)\//.exec(said)
    if (issuer?.[1]) {
      program.stdout.resume()
      return issuer[1]
    }
  }
  throw new Error(`the simulator does not start: ${complaint}`)
}
