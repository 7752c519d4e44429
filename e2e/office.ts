import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext } from '@playwright/test'
import { totp, type Demo, type Login } from './demo'

interface Cookie {
  name: string
  value: string
}

// asStaff makes a browser that of a logged-in employee. A code counts once, and several tests log in
// at the same moment: so every employee logs in once in a run, and all his tests share the session.
export async function asStaff(context: BrowserContext, demo: Demo, tenant: string, role: string): Promise<void> {
  const url = demo.tenant(tenant).office
  const cookies = await session(url, demo.login(tenant, role))
  await context.addCookies(cookies.map((c) => ({ ...c, url })))
}

async function session(url: string, login: Login): Promise<Cookie[]> {
  const dir = join(process.env.VOORDEUR_E2E_DATA ?? '', 'sessions')
  mkdirSync(dir, { recursive: true })
  const file = join(dir, `${login.email}.json`)
  const lock = `${file}.lock`
  while (!taken(lock)) await sleep(100)
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

async function logIn(url: string, { email, password, totp_secret = '' }: Login): Promise<Cookie[]> {
  const step = await post(`${url}/login`, { email, password }, [])
  return post(`${url}/login/code`, { code: totp(totp_secret) }, step)
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
      if (res.statusCode !== 303) reject(new Error(`${url} answers ${res.statusCode}`))
      resolve(
        (res.headers['set-cookie'] ?? []).map((line) => {
          const [pair = ''] = line.split(';')
          const at = pair.indexOf('=')
          return { name: pair.slice(0, at), value: pair.slice(at + 1) }
        }),
      )
    })
    req.on('error', reject)
    req.end(new URLSearchParams(form).toString())
  })
}
