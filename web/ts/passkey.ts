import { part, wordsOf } from './words'

// What the server asks, and what a browser answers: as in the standard, with base64url for bytes.
interface Named {
  type: PublicKeyCredentialType
  id: string
  transports?: AuthenticatorTransport[]
}
interface Asked {
  challenge: string
  rpId: string
  rp: PublicKeyCredentialRpEntity
  user: { id: string; name: string; displayName: string }
  allowCredentials?: Named[]
  excludeCredentials?: Named[]
}

// offerPasskeys shows the buttons for passkeys in a browser that has them. A press fetches a challenge, has
// the passkey sign it, and sends the form with the answer as any form is sent.
export function offerPasskeys(): void {
  if (!window.isSecureContext || !('PublicKeyCredential' in window)) return
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) {
    form.hidden = false
    offer(form)
  }
  for (const text of document.querySelectorAll<HTMLElement>('[data-passkey-without]')) text.hidden = true
}

function offer(form: HTMLFormElement): void {
  const words = wordsOf(form)
  const problem = part(form, 'problem')
  const answer = form.elements.namedItem('answer') as HTMLInputElement
  let busy = false
  const sign = async () => {
    problem.textContent = ''
    const asked = await challenge(form)
    if (!asked) return
    try {
      const made = form.dataset.passkey === 'create' ? await make(asked) : await use(asked)
      answer.value = JSON.stringify(made)
      form.requestSubmit()
    } catch (error) {
      const { name } = error as DOMException
      if (name === 'InvalidStateError') problem.textContent = words.there ?? words.failed ?? ''
      else
        problem.textContent =
          (name === 'NotAllowedError' || name === 'AbortError' ? words.cancelled : words.failed) ?? ''
    }
  }
  form.addEventListener('submit', (event) => {
    if (answer.value) return
    event.preventDefault()
    if (busy) return
    busy = true
    sign()
      .catch(() => (problem.textContent = words.failed ?? ''))
      .finally(() => (busy = false))
  })
  // A page that comes back from the history asks anew.
  addEventListener('pageshow', () => (answer.value = ''))
}

// challenge fetches what the passkey must sign. Where something is in the way, such as proof that has grown
// old, the page itself leads on.
async function challenge(form: HTMLFormElement): Promise<Asked | undefined> {
  const reply = await fetch(`${form.getAttribute('action') ?? ''}/ask`, {
    method: 'POST',
    headers: { Accept: 'application/problem+json' },
  })
  if (reply.status === 401 || reply.status === 403) {
    location.reload()
    return undefined
  }
  if (!reply.ok) throw new Error(String(reply.status))
  return ((await reply.json()) as { publicKey: Asked }).publicKey
}

async function use(asked: Asked): Promise<unknown> {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) }
  const found = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
  const r = found.response as AuthenticatorAssertionResponse
  return {
    ...head(found),
    response: {
      clientDataJSON: text(r.clientDataJSON),
      authenticatorData: text(r.authenticatorData),
      signature: text(r.signature),
      userHandle: r.userHandle ? text(r.userHandle) : undefined,
    },
  }
}

async function make(asked: Asked): Promise<unknown> {
  const publicKey = {
    ...(asked as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: named(asked.excludeCredentials),
  }
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
  const r = made.response as AuthenticatorAttestationResponse
  return {
    ...head(made),
    response: {
      clientDataJSON: text(r.clientDataJSON),
      attestationObject: text(r.attestationObject),
      transports: 'getTransports' in r ? r.getTransports() : [],
    },
  }
}

function head(c: PublicKeyCredential) {
  return { id: c.id, rawId: text(c.rawId), type: c.type, clientExtensionResults: {} }
}

function named(list: Named[] = []): PublicKeyCredentialDescriptor[] {
  return list.map((c) => ({ ...c, id: bytes(c.id) }))
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (c) => c.charCodeAt(0))
}

function text(buffer: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
