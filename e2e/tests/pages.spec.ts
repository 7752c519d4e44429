import type { Page } from '@playwright/test'
import { ring, small } from '../looks'
import { session } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// Every page that somebody can reach by following links, one of each kind, looked at in every way
// in which it may be looked at.

const kinds = [
  { role: 'client', face: 'portal' },
  { role: 'handler', face: 'office' },
  { role: 'administrator', face: 'office' },
  { role: 'auditor', face: 'office' },
] as const

for (const { role, face } of kinds) {
  for (const locale of ['nl-NL', 'en-GB']) {
    test(`every page of the ${role} can be read by everybody, ${locale}`, async ({ browser, demo, viewport, isMobile }) => {
      test.setTimeout(170_000)
      const address = demo.tenant('notaris')[face]
      const storageState = await session(browser, address, demo.login('notaris', role))
      const context = await browser.newContext({ locale, viewport, isMobile, storageState })
      const ik = new Visitor(await context.newPage())
      const pages = await reached(ik.page, address)
      expect(pages.length, 'pages reached').toBeGreaterThan(role === 'auditor' ? 5 : 6)
      for (const url of pages) {
        await ik.open(url)
        await expect(ik.page.locator('html')).toHaveAttribute('lang', locale.slice(0, 2))
        await expect(ik.page.getByRole('heading', { level: 1 })).toHaveCount(1)
        await look(ik, isMobile === true, locale === 'nl-NL')
      }
      await context.close()
    })
  }
}

test('the doors and the pages for everybody can be read by everybody', async ({ ik, demo, isMobile }) => {
  const tenant = demo.tenant('notaris')
  for (const face of [tenant.portal, tenant.office]) {
    for (const path of ['/login', '/password', '/password/no-such-link', '/help', '/accessibility', '/privacy', '/no-such-page']) {
      await ik.page.goto(face + path)
      await look(ik, isMobile === true, true)
    }
  }
})

// reached follows links from Home and returns one address of each kind of page.
async function reached(page: Page, address: string): Promise<string[]> {
  const known = new Map<string, string>()
  const todo = [`${address}/`]
  for (let url = todo.shift(); url; url = todo.shift()) {
    const kind = kindOf(url)
    if (known.has(kind)) continue
    known.set(kind, url)
    await page.goto(url)
    const links = await page.locator('a[href]:not([target])').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href.replace(/#.*/, '')))
    todo.push(...links.filter((l) => l.startsWith(`${address}/`) && !/\/(documents|download|export)\//.test(l)))
  }
  return [...known.values()]
}

// kindOf is the address without what differs between two pages of a kind.
function kindOf(url: string): string {
  const { pathname, searchParams } = new URL(url)
  return pathname.replace(/\/[^/]*\d[^/]*/g, '/…') + (searchParams.get('tab') ?? '')
}

async function look(ik: Visitor, phone: boolean, thorough: boolean): Promise<void> {
  const { page } = ik
  await ik.axe()
  await ik.geenOverloop()
  if (!thorough) return
  await page.emulateMedia({ colorScheme: 'dark' })
  await ik.axe()
  if (phone) {
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await small(page), `too small on ${page.url()}`).toEqual([])
    const was = page.viewportSize()
    await page.setViewportSize({ width: 320, height: 256 })
    await ik.geenOverloop()
    if (was) await page.setViewportSize(was)
    return
  }
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' })
  await ik.geenOverloop()
  await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'reduce' }) // or Tab would scroll for a while
  await ring(ik)
}
