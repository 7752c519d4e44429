import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

// Mail is a message from the outbox; text is its plain text, links are the URLs in it.
export interface Mail {
  file: string
  to: string
  subject: string
  text: string
  links: string[]
}

// Outbox reads the .eml files that the program writes instead of sending.
export class Outbox {
  constructor(private readonly dir: string) {}

  // to returns the messages to an address, oldest first; names of files begin with the time.
  to(address: string): Mail[] {
    if (!existsSync(this.dir)) return []
    return readdirSync(this.dir)
      .filter((name) => name.endsWith('.eml') && !name.startsWith('.'))
      .sort()
      .map((name) => parseMail(name, readFileSync(join(this.dir, name), 'utf8')))
      .filter((m) => m.to === address)
  }

  // texts returns the text messages to a number, oldest first.
  texts(number: string): Text[] {
    return readdirSync(this.dir)
      .filter((name) => name.endsWith('.sms.json') && !name.startsWith('.'))
      .sort()
      .map((name) => ({ file: name, ...(JSON.parse(readFileSync(join(this.dir, name), 'utf8')) as Omit<Text, 'file'>) }))
      .filter((t) => t.to === number)
  }

  // code waits for a text message that is not in seen, and returns the code in it.
  async code(number: string, seen: Text[] = [], seconds = 60): Promise<string> {
    const known = new Set(seen.map((t) => t.file))
    for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(100)) {
      const fresh = this.texts(number).find((t) => !known.has(t.file))
      const code = fresh && /\b\d{6}\b/.exec(fresh.text)?.[0]
      if (code) return code
    }
    throw new Error(`no code to ${number} within ${seconds} s`)
  }

  // next waits for a message to the address that is not in seen, which is what to() gave before.
  next = async (address: string, seen: Mail[] = [], seconds = 60): Promise<Mail> => {
    const known = new Set(seen.map((m) => m.file))
    for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(100)) {
      const fresh = this.to(address).find((m) => !known.has(m.file))
      if (fresh) return fresh
    }
    throw new Error(`no new mail to ${address} within ${seconds} s`)
  }
}

// Text is a text message from the outbox.
interface Text {
  file: string
  to: string
  text: string
}

// passwordLink returns the link of a mail with which one asks for a password, or sets it.
export function passwordLink({ links }: Mail): string {
  const found = links.find((l) => l.includes('/password'))
  if (!found) throw new Error(`no link to the password page among ${links}`)
  return found
}

// parseMail reads what internal/mail writes: quoted-printable, the plain text as the first part.
export function parseMail(file: string, raw: string): Mail {
  const [head, ...rest] = raw.split('\r\n\r\n')
  const header = (name: string) =>
    new RegExp(`^${name}: (.*)$`, 'im').exec((head ?? '').replace(/\r\n[ \t]/g, ' '))?.[1] ?? ''
  const boundary = /boundary="?([^";\s]+)/.exec(header('Content-Type'))?.[1]
  let body = rest.join('\r\n\r\n')
  if (boundary) {
    const first = body.split(`--${boundary}`)[1] ?? ''
    body = first.slice(first.indexOf('\r\n\r\n') + 4)
  }
  const text = quotedPrintable(body).replaceAll('\r\n', '\n').trim()
  return {
    file,
    to: header('To').replace(/^.*<|>.*$/g, ''),
    subject: encodedWords(header('Subject')),
    text,
    links: text.match(/https?:\/\/[^\s<>"]+/g) ?? [],
  }
}

function quotedPrintable(s: string): string {
  return bytes(s.replace(/=\r\n/g, ''))
}

function encodedWords(s: string): string {
  return s
    .replace(/\?=\s+=\?/g, '?==?') // the space between two words is not part of the text
    .replace(/=\?utf-8\?q\?(.*?)\?=/gi, (_, q: string) => bytes(q.replaceAll('_', ' ')))
}

function bytes(s: string): string {
  const latin1 = s.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
