import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext } from '@playwright/test'
import { faceOf, totp, type Demo, type Login } from './demo'

export interface Cookie {
  name: string
  value: string
}

// enter makes a browser that of somebody who is logged in, and returns the address of his side. A
// code of an authenticator counts once, and several tests log in at the same moment: so everybody
// logs in once in a run, and all his tests share the session. Who ends it, uses logIn.
export async function enter(context: BrowserContext, demo: Demo, tenant: string, role: string): Promise<string> {
  const login = demo.login(tenant, role)
  const url = demo.tenant(tenant)[faceOf(login)]
  await bring(context, url, await shared(url, login))
  return url
}

// bring puts cookies into a browser.
export async function bring(context: BrowserContext, url: string, cookies: Cookie[]): Promise<void> {
  await context.addCookies(cookies.map((c) => ({ ...c, url })))
}

// logIn makes a session of one's own. The time is that of the code: a second log-in within the same
// half minute uses the code of the next one, which is accepted already.
export async function logIn(url: string, { email, password, totp_secret }: Login, at = Date.now()): Promise<Cookie[]> {
  let cookies = await post(`${url}/login`, { email, password }, [])
  if (totp_secret) cookies = await post(`${url}/login/code`, { code: totp(totp_secret, at) }, cookies)
  if (!cookies.some((c) => c.name.endsWith('session') && c.value)) throw new Error(`${email} is not let in at ${url}`)
  return cookies
}

// logOut ends a session behind the back of the browser that has it.
export async function logOut(url: string, cookies: Cookie[]): Promise<void> {
  await post(`${url}/logout`, {}, cookies)
}

async function shared(url: string, login: Login): Promise<Cookie[]> {
  const dir = join(process.env.VOORDEUR_E2E_DATA ?? '', 'sessions')
  mkdirSync(dir, { recursive: true })
  const file = join(dir, `${login.email}.json`)
  const lock = `${file}.lock`
  for (const until = Date.now() + 60_000; !taken(lock); await sleep(50)) {
    if (Date.now() > until) throw new Error(`somebody logs in as ${login.email} for a minute`)
  }
  try {
    if (!existsSync(file)) writeFileSync(file, JSON.stringify(await logIn(url, login)))
    return JSON.parse(readFileSync(file, 'utf8')) as Cookie[]
  } finally {
    rmdirSync(lock)
  }
}

// taken makes the folder that is the lock; only one process can.
function taken(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    return false
  }
}

// post sends a form and returns the cookies that are set then. The name in the address is one that
// only browsers resolve.
function post(url: string, form: Record<string, string>, cookies: Cookie[]): Promise<Cookie[]> {
  const { host, port, pathname } = new URL(url)
  const headers = {
    Host: host,
    'Content-Type': 'application/x-www-form-urlencoded',
    Cookie: cookies.map((c) => `${c.name}=${c.value}`).join('; '),
  }
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path: pathname, method: 'POST', headers }, (res) => {
      res.resume()
      if (res.statusCode !== 303) return reject(new Error(`${url} answers ${res.statusCode}`))
      resolve((res.headers['set-cookie'] ?? []).map(cookieOf))
    })
    req.on('error', reject)
    req.end(new URLSearchParams(form).toString())
  })
}

function cookieOf(line: string): Cookie {
  const [pair = ''] = line.split(';')
  const at = pair.indexOf('=')
  return { name: pair.slice(0, at), value: pair.slice(at + 1) }
}
