import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { faceOf } from '../demo'
import { wholeBrowser } from '../projects'
import { bring, logIn, type Cookie } from '../sessions'
import { expect, test } from '../vocabulary'

test.use({ launchOptions: wholeBrowser })

interface Hostile {
  name: string
  data: Buffer
}

// hostile has the files made that mean harm (security.md G7).
function hostile(): Hostile[] {
  const dir = mkdtempSync(join(tmpdir(), 'voordeur-hostile-'))
  try {
    execFileSync('go', ['run', './internal/inspect/hostile/write', dir], { cwd: join(import.meta.dirname, '../..') })
    const names = JSON.parse(readFileSync(join(dir, 'names.json'), 'utf8')) as string[]
    return names.map((name, n) => ({ name, data: readFileSync(join(dir, String(n))) }))
  } finally {
    rmSync(dir, { recursive: true })
  }
}

// send posts a form with a file, its name as it is: a browser would mend it.
function send(url: string, cookies: Cookie[], fields: Record<string, string>, file: Hostile): Promise<number> {
  const { host, port, pathname } = new URL(url)
  const border = 'voordeur-e2e-border'
  const part = (head: string) => Buffer.from(`--${border}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`)
  const name = file.name.replace(/["\r\n\\]/g, (c) => ({ '"': '%22', '\r': '%0D', '\n': '%0A', '\\': '\\\\' })[c] ?? c)
  const body = Buffer.concat([
    ...Object.entries(fields).flatMap(([key, value]) => [part(`name="${key}"`), Buffer.from(`${value}\r\n`)]),
    part(`name="file"; filename="${name}"`),
    file.data,
    Buffer.from(`\r\n--${border}--\r\n`),
  ])
  const headers = {
    Host: host,
    'Content-Type': `multipart/form-data; boundary=${border}`,
    'Content-Length': body.length,
    Cookie: cookies.map((c) => `${c.name}=${c.value}`).join('; '),
  }
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path: pathname, method: 'POST', headers }, (res) => {
      res.resume()
      res.on('end', () => resolve(res.statusCode ?? 0))
    })
    req.on('error', reject)
    req.end(body)
  })
}

// watch notes whatever a file does in a browser that it may not.
function watch(context: BrowserContext): string[] {
  const done: string[] = []
  context.on('request', (r) => {
    const { protocol, hostname } = new URL(r.url())
    if (/^(https?|ftp|file|wss?):$/.test(protocol) && !hostname.endsWith('.localhost')) done.push(`asked ${r.url()}`)
  })
  context.on('dialog', (d) => {
    done.push(`said ${d.message()}`)
    void d.dismiss()
  })
  return done
}

// openAll opens every document that a page of the dossier has, in the browser where it is shown and as a
// download where it is not, and returns how many came to be seen.
async function openAll(page: Page, at: string, done: string[]): Promise<number> {
  await page.goto(at)
  const paths = await page.locator('a[href*="/documents/"]').evaluateAll((links) => links.map((l) => (l as HTMLAnchorElement).href.replace(/\/open$/, '')))
  const documents = [...new Set(paths)].filter((p) => /\/documents\/[^/]+$/.test(p))
  let seen = 0
  for (const path of documents) {
    const answer = await page.goto(`${path}/open`).catch((err: Error) => {
      if (!/Download is starting|ERR_ABORTED/.test(err.message)) throw err
    })
    if (answer && answer.status() === 200) seen++
    if ((await page.title()) === 'owned') done.push(`a script ran of ${path}`)
  }
  expect(documents.length).toBeGreaterThan(50)
  return seen
}

// Whatever three hundred files are that mean harm, and whichever side they come from: no script of
// theirs runs, nobody else is asked for anything, and no window opens by itself.
test('N21 N29: hostile files from both sides do nothing in a browser', { tag: '@once' }, async ({ ik, demo, context }) => {
  test.slow()
  const { page } = ik
  const tenant = demo.tenant('eloket')
  const session = async (role: string): Promise<[string, Cookie[]]> => {
    const login = demo.login('eloket', role)
    const url = tenant[faceOf(login)]
    return [url, await logIn(url, login)]
  }
  const [office, manager] = await session('administrator')
  await bring(context, office, manager)
  await ik.open(`${office}/settings/files`)
  for (const box of await page.locator('input[name=extensions]').all()) await box.check()
  await page.locator('form.settings .nl-button--primary').click()

  const [, handler] = await session('handler')
  const [portal, client] = await session('client')
  await context.clearCookies()
  await bring(context, office, handler)
  await bring(context, portal, client)
  await ik.open(`${portal}/dossiers`)
  await page.locator('a[href*="/dossiers/"]').first().click()
  const { pathname } = new URL(page.url())

  const files = hostile()
  expect(files.length).toBeGreaterThan(300)
  for (const [n, file] of files.entries()) {
    const answers = [
      await send(`${office}${pathname}/documents`, handler, { once: `o${n}`, category: 'document' }, file),
      await send(`${portal}${pathname}/documents/new`, client, { once: `c${n}` }, file),
    ]
    for (const status of answers) expect([303, 413, 422], file.name).toContain(status)
  }
  await expect(async () => {
    await ik.open(office + pathname)
    await expect(page.getByText('Wordt gecontroleerd')).toHaveCount(0)
  }).toPass()

  const done = watch(context)
  const pages = context.pages().length
  const seen = (await openAll(page, office + pathname, done)) + (await openAll(page, portal + pathname, done))
  expect(done).toEqual([])
  expect(seen).toBeGreaterThan(0)
  expect(context.pages().length).toBe(pages)
})
