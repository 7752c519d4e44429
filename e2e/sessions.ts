import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from '@playwright/test'
import { totp, type Login } from './demo'

// session returns the file with the cookies of somebody who is logged in at the address. The first
// who asks logs in, and all others share it: a code of an authenticator works only once.
export async function session(browser: Browser, address: string, login: Login): Promise<string> {
  const base = join(process.env.VOORDEUR_E2E_DATA ?? '', `session-${login.email}`)
  const file = `${base}.json`
  if (!claimed(base)) {
    for (const until = Date.now() + 30_000; !existsSync(file); await sleep(100)) {
      if (Date.now() > until) throw new Error(`nobody logged in as ${login.email}`)
    }
    return file
  }
  const context = await browser.newContext({ locale: 'nl-NL' })
  try {
    const page = await context.newPage()
    await page.goto(`${address}/login`)
    await page.getByLabel('E-mailadres', { exact: true }).fill(login.email)
    await page.getByLabel('Wachtwoord', { exact: true }).fill(login.password)
    await page.getByRole('button', { name: 'Inloggen' }).click()
    if (login.totp_secret) {
      await page.getByLabel('Code', { exact: true }).fill(totp(login.totp_secret))
      await page.getByRole('button', { name: 'Inloggen' }).click()
    }
    await page.waitForURL(`${address}/`)
    await context.storageState({ path: `${file}.new` })
    renameSync(`${file}.new`, file)
    return file
  } finally {
    await context.close()
  }
}

function claimed(base: string): boolean {
  try {
    mkdirSync(base)
    return true
  } catch {
    return false
  }
}
