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

// logIn makes a session of one's own.
export async function logIn(url: string, { email, password, totp_secret }: Login): Promise<Cookie[]> {
  const cookies = await post(`${url}/login`, { email, password }, [])
  const all = totp_secret ? await withCode(email, totp_secret, (code) => post(`${url}/login/code`, { code }, cookies)) : cookies
  if (!all.some((c) => c.name.endsWith('session') && c.value)) throw new Error(`${email} is not let in at ${url}`)
  return all
}

// withCode uses a code of an authenticator. One counts once, and none before it counts any more; that of
// the next half minute is accepted already.
function withCode<T>(email: string, secret: string, use: (code: string) => Promise<T>): Promise<T> {
  return alone(`${email}.code`, async (file) => {
    const now = () => Math.floor(Date.now() / 30_000)
    const step = Math.max(now(), existsSync(file) ? Number(readFileSync(file, 'utf8')) + 1 : 0)
    while (step > now() + 1) await sleep(500)
    writeFileSync(file, `${step}`)
    return use(totp(secret, step * 30_000))
  })
}

// logOut ends a session behind the back of the browser that has it.
export async function logOut(url: string, cookies: Cookie[]): Promise<void> {
  await post(`${url}/logout`, {}, cookies)
}

function shared(url: string, login: Login): Promise<Cookie[]> {
  return alone(`${login.email}.json`, async (file) => {
    if (!existsSync(file)) writeFileSync(file, JSON.stringify(await logIn(url, login)))
    return JSON.parse(readFileSync(file, 'utf8')) as Cookie[]
  })
}

// alone does something with a file of the run while no other test does.
async function alone<T>(name: string, use: (file: string) => Promise<T>): Promise<T> {
  const dir = join(process.env.VOORDEUR_E2E_DATA ?? '', 'sessions')
  mkdirSync(dir, { recursive: true })
  const file = join(dir, name)
  const lock = `${file}.lock`
  for (const until = Date.now() + 120_000; !taken(lock); await sleep(50)) {
    if (Date.now() > until) throw new Error(`somebody has ${name} for two minutes`)
  }
  try {
    return await use(file)
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
