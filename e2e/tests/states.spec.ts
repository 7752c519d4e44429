import type { Page } from '@playwright/test'
import { totp, type Login } from '../demo'
import { look } from '../looks'
import { bring, enter, logIn, logOut } from '../sessions'
import { newcomer } from '../staff'
import { expect, test, type Visitor } from '../vocabulary'

// Pages that answer what somebody did: errors with their summary, conflicts, what was kept of a
// session that had ended, and the first log-in of an employee. Nothing here is stored.

interface Form {
  at: string
  typed?: Record<string, string> // by the field's name, so that it is the same in every language
  status?: number
}

const refused: Record<'client' | 'handler' | 'administrator', Form[]> = {
  client: [{ at: '/dossiers/…/messages/new' }],
  handler: [
    { at: '/clients/new' },
    { at: '/clients/…', typed: { email: 'abc' } },
    { at: '/dossiers/new' },
    { at: '/dossiers/…/edit', typed: { title: '' } },
    { at: '/dossiers/…/edit', typed: { version: '0', title: 'Anders' }, status: 409 },
    { at: '/dossiers/…/status', typed: { version: '0', note: 'Anders' }, status: 409 },
    { at: '/dossiers/…/messages/new' },
  ],
  administrator: [
    { at: '/settings/style', typed: { accent: '#ffff00', radius: 'x' } },
    { at: '/settings/style', typed: { version: '0', name: 'Anders' }, status: 409 },
    { at: '/settings/password', typed: { version: '0', min: '9' }, status: 409 },
    { at: '/settings/files', typed: { client_max: '0' } },
    { at: '/settings/sms', typed: { per_day: 'x' } },
    { at: '/settings/sender', typed: { from: 'abc' } },
    { at: '/settings/style/import' },
    { at: '/settings/logo' },
  ],
}

for (const locale of ['nl-NL', 'en-GB']) {
  // What English changes is words: their length, and the language that a screen reader is told.
  test.describe(locale, { tag: locale === 'en-GB' ? '@phone' : [] }, () => {
    test.use({ locale })

    for (const role of ['client', 'handler', 'administrator'] as const) {
      test(`what the ${role} typed comes back with what is wrong with it`, async ({ ik, demo, context }) => {
        test.setTimeout(600_000)
        const address = await enter(context, demo, 'notaris', role)
        for (const form of refused[role]) await comesBack(ik, address, form)
      })
    }

    test('N27: an answer to what was answered meanwhile comes back', async ({ ik, demo, context }) => {
      const address = await enter(context, demo, 'notaris', 'client')
      const dossier = await found(ik.page, `${address}/dossiers`, 'td.title a')
      await ik.open(await found(ik.page, `${dossier}?tab=messages`, '.msg:has(use[href$="#arrow-down-left"]) a'))
      await ik.page.locator('[name=body]').fill('Nog een antwoord.')
      await set(ik.page, 'answers', '-1') // as if others had answered since
      expect(await send(ik.page)).toBe(409)
      await expect(ik.page.locator('[name=body]')).toHaveValue('Nog een antwoord.')
      await look(ik)
    })

    test('what a client typed when the session had ended is there after logging in', async ({ ik, demo, context }) => {
      test.setTimeout(600_000)
      const { portal } = demo.tenant('notaris')
      const me = demo.person('notaris', 'portal', 1)
      const cookies = await logIn(portal, me)
      await bring(context, portal, cookies)
      await ik.open(`${portal}/profile`)
      await logOut(portal, cookies)
      await ik.page.locator('main input[type=checkbox]').first().check()
      await send(ik.page)
      await password(ik.page, me)
      await expect(ik.page).toHaveURL(`${portal}/resume`)
      await look(ik)
    })

    test('an employee sets up his authenticator at the first log-in, and loses nothing when the session ends', async ({
      ik,
      demo,
      context,
    }, info) => {
      test.setTimeout(600_000)
      const { page } = ik
      const { office } = demo.tenant('notaris')
      const me = newcomer(demo, 'notaris', `nieuw-${info.project.name}-${locale}-${info.repeatEachIndex}-${info.retry}`.toLowerCase())
      await ik.open(`${office}/login`)
      await password(page, me)
      await expect(page.locator('img.qr')).toHaveJSProperty('naturalWidth', 240)
      await look(ik)
      await code(page, '000000')
      await expect(page.getByRole('alert').first()).toBeVisible()
      await look(ik)
      me.totp_secret = (await page.locator('code').innerText()).replaceAll(' ', '')
      await code(page, totp(me.totp_secret))
      await expect(page).toHaveURL(`${office}/`)

      await ik.open(`${office}/clients/new`)
      await page.locator('[name=name]').fill('Mevrouw Nieuw')
      await logOut(office, await context.cookies(office))
      await send(page)
      await password(page, me)
      await expect(page.locator('img.qr')).toHaveCount(0)
      await code(page, totp(me.totp_secret, Date.now() + 30_000)) // a code counts once
      await expect(page).toHaveURL(`${office}/resume`)
      await expect(page.locator('[name=name]')).toHaveValue('Mevrouw Nieuw')
      await look(ik)
    })
  })
}

async function password(page: Page, { email, password }: Login): Promise<void> {
  await page.locator('[name=email]').fill(email)
  await page.locator('[name=password]').fill(password)
  await send(page)
}

async function code(page: Page, digits: string): Promise<void> {
  await page.locator('[name=code]').fill(digits)
  await send(page)
}

async function comesBack(ik: Visitor, address: string, { at, typed = {}, status = 422 }: Form): Promise<void> {
  const { page } = ik
  const [list = '', rest] = at.split('/…')
  const url = rest === undefined ? address + at : (await found(page, address + list, 'td.title a')) + rest
  await ik.open(url)
  for (const [name, value] of Object.entries(typed)) await set(page, name, value)
  expect(await send(page), `answer of ${at}`).toBe(status)
  await expect(page.getByRole('alert').first()).toBeVisible()
  await look(ik)
}

// found returns the address of the first link of a kind on a page.
async function found(page: Page, url: string, link: string): Promise<string> {
  await page.goto(url)
  return page.locator(`main ${link}`).first().evaluate((a) => (a as HTMLAnchorElement).href)
}

// set puts a value in a field, also one that nobody sees.
async function set(page: Page, name: string, value: string): Promise<void> {
  const field = page.locator(`main [name="${name}"]`).first()
  await field.evaluate((el, v) => ((el as HTMLInputElement).value = v), value)
}

// send presses the main button of the page's last form, past what the browser itself would refuse,
// and returns the status of the answer.
async function send(page: Page): Promise<number> {
  const button = page.locator('main form[method=post] .nl-button--primary[type=submit]:visible').last()
  await button.evaluate((el) => ((el as HTMLButtonElement).form!.noValidate = true))
  const answered = page.waitForResponse((r) => r.request().isNavigationRequest() && r.request().method() === 'POST')
  await button.click()
  const status = (await answered).status()
  await page.waitForLoadState()
  return status
}
