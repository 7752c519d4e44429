import type { BrowserContext } from '@playwright/test'
import type { Demo, Login } from '../demo'
import { look } from '../looks'
import { passwordLink } from '../outbox'
import { pageOf, pages, type Route } from '../routes'
import { enter } from '../sessions'
import { expect, test, type Visitor } from '../vocabulary'

// Every page of the route table, looked at by everybody who may come, in both languages. Pages that
// answer what somebody did are in states.spec.ts. A failure names the page.

// What is there only after somebody did something is looked at where that is done.
const ELSEWHERE = [
  '/resume',
  '/confirm',
  '/email/{token}',
  '/dossiers/{dossier}/documents/{document}/quarantine',
  '/login/first',
  '/login/contact',
  '/login/{connection}/out',
  '/profile/proof/{token}',
  '/letters',
  '/resets',
  '/profile/pin',
  '/profile/address',
  '/addresses',
  '/clients/{client}/accounts/{account}/home-address',
  '/clients/{client}/accounts/{account}/pin',
  '/clients/{client}/accounts/{account}/reset',
  '/profile/two-step/phone/code',
  '/profile/two-step/codes',
  '/profile/two-step/remove',
  '/profile/two-step/passkey/{passkey}',
  '/profile/two-step/passkey/{passkey}/remove',
  '/clients/{client}/accounts/{account}/letter',
  '/profile/mandates',
  '/profile/mandates/{mandate}',
  '/clients/{client}/mandates',
  '/clients/{client}/accounts/{account}/rights',
  '/unmatched',
  '/unmatched/{stranger}',
  '/clients/{client}/identifiers',
  '/dossiers/{dossier}/documents/new',
  '/dossiers/{dossier}/note',
  '/dossiers/{dossier}/questionnaires/{questionnaire}',
  '/dossiers/{dossier}/requests/new',
  '/dossiers/{dossier}/requests/{request}',
  '/dossiers/{dossier}/requested/{item}',
  '/dossiers/{dossier}/required/{required}',
  '/products',
  '/products/{product}',
  '/products/{product}/form',
  '/applications/{application}',
  '/dossiers/bulk',
  '/settings/departments/{department}',
  '/settings/retention/proposals/{destruction}',
  '/settings/retention/proposals/{destruction}/declaration',
  '/dossiers/{dossier}/hold',
  '/dossiers/{dossier}/approvals/new',
  '/dossiers/{dossier}/approvals/{approval}',
  '/settings/signing',
  '/settings/departments/remove/{department}',
  '/settings/products',
  '/settings/products/new',
  '/settings/products/{product}',
  '/settings/questionnaires/{design}',
  '/settings/questionnaires/{design}/general',
  '/settings/questionnaires/{design}/try',
  '/settings/questionnaires/{design}/add-page',
  '/settings/questionnaires/{design}/pages/{key}',
  '/settings/questionnaires/{design}/pages/{key}/add',
  '/settings/questionnaires/{design}/pages/{key}/question',
  '/settings/questionnaires/{design}/questions/{key}',
  '/settings/questionnaires/{design}/pages/{key}/show',
  '/settings/questionnaires/{design}/pages/{key}/end',
  '/settings/questionnaires/{design}/questions/{key}/show',
  '/settings/questionnaires/{design}/questions/{key}/required',
  '/settings/types/{type}',
  '/settings/types/{type}/general',
  '/settings/types/{type}/statuses/{key}',
  '/settings/types/{type}/results/{key}',
  '/settings/types/{type}/documents/{key}',
  '/settings/connections/new',
  '/settings/connections/{connection}',
  '/settings/connections/{connection}/keys',
  '/settings/connections/{connection}/keys/switch',
]

const people = [
  { role: 'client', face: 'portal', may: ['client', 'dossiers', 'messages'] },
  { role: 'extra', face: 'portal', may: ['client', 'dossiers', 'messages'] },
  { role: 'handler', face: 'office', may: ['read', 'work'] },
  { role: 'administrator', face: 'office', may: ['read', 'work', 'manage', 'journal'] },
  { role: 'auditor', face: 'office', may: ['read', 'journal'] },
] as const

for (const locale of ['nl-NL', 'en-GB']) {
  // What English changes is words: their length, and the language that a screen reader is told.
  test.describe(locale, { tag: locale === 'en-GB' ? '@phone' : [] }, () => {
    test.use({ locale })

    for (const { role, face, may } of people) {
      test(`every page of the ${role} can be used by everybody`, async ({ ik, demo, context }) => {
        test.setTimeout(1_200_000)
        const address = await enter(context, demo, 'notaris', role)
        const theirs = pages().filter((r) => r.face !== (face === 'portal' ? 'office' : 'portal'))
        const seen = await walk(ik, address, theirs, locale)
        const wanted = theirs.filter((r) => (may as readonly string[]).includes(r.who) && !ELSEWHERE.includes(r.pattern))
        expect(wanted.map((r) => r.pattern).filter((p) => !seen.has(p)), 'pages without a visit').toEqual([])
        for (const path of ['/no-such-page', ...(role === 'handler' ? ['/settings'] : [])]) {
          await ik.page.goto(address + path)
          await look(ik)
        }
      })
    }

    for (const face of ['portal', 'office'] as const) {
      test(`every page before the log-in of the ${face} can be used by everybody`, async ({ ik, demo, context }, info) => {
        test.setTimeout(600_000)
        // Each has a person of his own: a second link or a second password ends the first.
        const tenant = { phone: 'notaris', desktop: 'gemeente', nojs: 'thuiszorg' }[info.project.name] ?? 'notaris'
        const who = { demo, context, address: demo.tenant(tenant)[face], login: demo.person(tenant, face, locale === 'nl-NL' ? 0 : 1) }
        // Few clients have a second factor: twostep.spec.ts is about those.
        const unseen = face === 'portal' ? [...ELSEWHERE, '/login/code'] : ELSEWHERE
        for (const { pattern } of pages().filter((r) => r.who === 'anybody' && [face, 'both'].includes(r.face) && !unseen.includes(r.pattern))) {
          await ik.open(await (ways[pattern]?.(ik, who) ?? who.address + pattern))
          expect(pageOf(ik.page.url(), pages()), 'the page that is open').toBe(pattern)
          await heads(ik, locale)
          await look(ik)
        }
        for (const path of ['/password/no-such-link', '/no-such-page']) {
          await ik.page.goto(who.address + path)
          await look(ik)
        }
      })
    }
  })
}

interface Stranger {
  demo: Demo
  context: BrowserContext
  address: string
  login: Login
}

// ways lead to what nobody finds at its address alone.
const ways: Record<string, (ik: Visitor, who: Stranger) => Promise<string>> = {
  '/login/code': async ({ page }, { address, login }) => {
    await page.goto(`${address}/login`)
    await page.locator('[name=email]').fill(login.email)
    await page.locator('[name=password]').fill(login.password)
    await page.locator('form[action="/login"] button[type=submit]').click()
    await page.waitForURL('**/login/code**')
    return page.url()
  },
  '/password/{token}': async ({ page }, { demo, address, login }) => {
    const seen = demo.outbox.to(login.email)
    await page.goto(`${address}/password`)
    await page.locator('[name=email]').fill(login.email)
    await page.locator('form[action="/password"] button[type=submit]').click()
    return passwordLink(await demo.outbox.next(login.email, seen))
  },
}

// walk follows links from Home and looks at one of each kind of page that may be seen; it returns
// the rows of the route table that it came by.
async function walk(ik: Visitor, address: string, list: Route[], locale: string): Promise<Set<string>> {
  const kinds = new Set<string>()
  const seen = new Set<string>()
  const todo = [`${address}/`]
  for (let url = todo.shift(); url; url = todo.shift()) {
    const pattern = pageOf(url, list)
    const kind = `${pattern} ${new URL(url).searchParams.get('tab')}`
    if (!pattern || kinds.has(kind)) continue
    kinds.add(kind)
    await ik.open(url)
    seen.add(pattern).add(pageOf(ik.page.url(), list) ?? '')
    await heads(ik, locale)
    const links = await ik.page.locator('a[href]:not([target])').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href.replace(/#.*/, '')))
    todo.push(...links.filter((l) => l.startsWith(`${address}/`)))
    await look(ik)
  }
  return seen
}

async function heads(ik: Visitor, locale: string): Promise<void> {
  await expect(ik.page.locator('html')).toHaveAttribute('lang', locale.slice(0, 2))
  await expect(ik.page.getByRole('heading', { level: 1 })).toHaveCount(1)
}
