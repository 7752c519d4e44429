import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'

// installed is whether the machine has it; scripts/install-test-tools brings it.
export const installed = existsSync('/usr/share/simplesamlphp/www')

// SimpleSAMLphp is a running provider of SAML that is not ours. The people that it knows stand in scripts/simplesamlphp.
export interface SimpleSAMLphp {
  readonly url: string
  readonly metadata: string
  // meet tells it of the program, by its metadata.
  meet(ours: string): void
  stop(): Promise<void>
}

// startSimpleSAMLphp runs one that hands out artifacts, as DigiD does.
export async function startSimpleSAMLphp(): Promise<SimpleSAMLphp> {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const address = `127.0.0.1:${(free.address() as AddressInfo).port}`
  await new Promise((done) => free.close(done))
  const dir = mkdtempSync(join(tmpdir(), 'simplesamlphp'))
  const program = spawn(join(import.meta.dirname, '../scripts/simplesamlphp'), [address, dir, 'artifact'], { stdio: 'ignore' })
  const ended = once(program, 'exit')
  const url = `http://${address}`
  return {
    url,
    metadata: await said(`${url}/saml2/idp/metadata.php`),
    meet(ours) {
      writeFileSync(join(dir, 'sp.xml'), ours)
    },
    async stop() {
      program.kill('SIGTERM')
      await ended
      rmSync(dir, { recursive: true })
    },
  }
}

async function said(address: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      const answer = await fetch(address)
      if (answer.ok) return await answer.text()
    } catch (err) {
      if (tries >= 300) throw err
    }
    await sleep(100)
  }
}

// logInThere says there who somebody is.
export async function logInThere(page: Page, name: string): Promise<void> {
  await page.locator('[name=username]').fill(name)
  await page.locator('[name=password]').fill('geheim')
  await page.locator('[name=password]').press('Enter')
}
