import type { Page } from '@playwright/test'
import { focusWrong } from '../inpage'
import { enter } from '../sessions'
import { expect, test, type Visitor } from '../vocabulary'

// A resident's pages as somebody sees them who has a phone, bad eyes, a screen reader or little practice.

const widths = [
  [360, 740],
  [768, 1024],
  [1280, 800],
] as const

// The resident's own pages: Home, his cases, one of them with all it offers, and what he keeps himself.
async function residents(ik: Visitor, portal: string): Promise<string[]> {
  await ik.open(`${portal}/dossiers`)
  const cases = await ik.page.locator('main .case h3 a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
  for (const one of cases) {
    await ik.open(one)
    if ((await acts(ik.page)).length < 6) continue
    const offered = await ik.page.locator('main a[href$="/note"], main a[href$="/documents/new"]').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
    if (offered.length < 2) continue
    return ['/', '/dossiers', '/products', '/profile', '/sessions', '/help'].map((path) => portal + path).concat(one, ...new Set(offered))
  }
  throw new Error(`no case of ${cases.join(', ')} offers to write and to add a document`)
}

// acts are the names of all that can be pressed or filled in on the page, also behind the word of its menu.
async function acts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    for (const fold of document.querySelectorAll<HTMLDetailsElement>('details.menu')) fold.open = fold.checkVisibility()
    const shown = [...document.querySelectorAll<HTMLElement>('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter((el) => el.checkVisibility({ visibilityProperty: true }) && !el.matches('.menu > summary, .nl-skip-link'))
    return [...new Set(shown.map((el) => `${el.getAttribute('href')?.replace(/[?#].*/, '') ?? (el.getAttribute('name') || el.textContent?.trim())}`))].sort()
  })
}

test('D1 D4: a resident can do on a phone and on a tablet what he can do at a desk, and sees what comes first', { tag: '@once' }, async ({ ik, demo, context }) => {
  const portal = await enter(context, demo, 'gemeente', 'client')
  for (const at of await residents(ik, portal)) {
    const can: string[][] = []
    for (const [width, height] of widths) {
      await ik.page.setViewportSize({ width, height })
      await ik.open(at)
      await ik.page.waitForLoadState('networkidle') // the script for files comes after the page
      await ik.geenOverloop()
      can.push(await acts(ik.page))
    }
    const [phone = [], tablet = [], desk = []] = can
    expect(desk.length, `at a desk at ${at}`).toBeGreaterThan(5)
    expect(desk.filter((act) => !phone.includes(act)), `not on a phone at ${at}`).toEqual([])
    expect(desk.filter((act) => !tablet.includes(act)), `not on a tablet at ${at}`).toEqual([])
    await expect(ik.page.locator('main .nl-button--primary').filter({ visible: true }).nth(1), `one thing is the main one at ${at}`).toHaveCount(0)
  }
})

test('D2: letters of twice the size and a page of four times the size lose nothing', { tag: '@once' }, async ({ ik, demo, context }) => {
  const { page } = ik
  const portal = await enter(context, demo, 'gemeente', 'client')
  for (const at of await residents(ik, portal)) {
    await page.setViewportSize({ width: 1280, height: 1024 })
    await ik.open(at)
    await expect(page.locator('meta[name=viewport]')).toHaveAttribute('content', 'width=device-width, initial-scale=1')
    const words = () => page.locator('main').evaluate((main: HTMLElement) => main.innerText.replace(/\s+/g, ' ').trim())
    const normal = await words()
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'))
    await ik.geenOverloop()
    expect(await cutOff(page), `cut off with large letters at ${at}`).toEqual([])
    expect(await words(), `with large letters at ${at}`).toBe(normal)
    await page.evaluate(() => (document.documentElement.style.fontSize = ''))
    await page.setViewportSize({ width: 320, height: 256 })
    await ik.geenOverloop()
    expect(await cutOff(page), `cut off at four times the size at ${at}`).toEqual([])
  }
  // The measure itself sees what is cut off.
  await page.locator('h1').evaluate((h) => Object.assign(h.style, { width: '10px', whiteSpace: 'nowrap', overflow: 'hidden' }))
  expect(await cutOff(page)).toHaveLength(1)
})

// cutOff returns what has words that its own box hides.
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main *, header *')]
      .filter((el) => el.checkVisibility() && ['hidden', 'clip'].includes(getComputedStyle(el).overflow) && getComputedStyle(el).clipPath === 'none') // what is for ears alone is clipped
      .filter((el) => (el.scrollWidth > el.clientWidth + 1 || el.scrollHeight > el.clientHeight + 1) && el.innerText?.trim())
      .map((el) => `${el.tagName.toLowerCase()} "${el.innerText.trim().slice(0, 40)}"`),
  )
}

test('D3: a screen reader hears lists, headings, where one is, and what is wrong', { tag: '@once' }, async ({ ik, demo, context }) => {
  const { page } = ik
  const portal = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${portal}/dossiers`)
  const tiles = page.getByRole('main').getByRole('listitem').filter({ has: page.getByRole('heading', { level: 3 }) })
  expect(await tiles.count(), 'cases in a list, each with a heading').toBeGreaterThan(0)
  for (const tile of await tiles.all()) await expect(tile.getByRole('heading', { level: 3 }).getByRole('link')).not.toHaveAccessibleName('')
  const all = await residents(ik, portal)
  for (const at of all) {
    await ik.open(at)
    await ik.axe()
    await expect(page.getByRole('main')).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expect(page.getByRole('banner').or(page.getByRole('navigation')).first()).toBeAttached()
  }
  const one = all.find((at) => /\/dossiers\/\w+$/.test(at)) ?? ''
  await ik.open(one)
  const steps = page.getByRole('list').filter({ has: page.locator('[aria-current=step]') })
  await expect(steps.getByRole('listitem').first()).toBeVisible()
  // What is wrong is said at once, and the field knows it.
  await ik.open(all.find((at) => at.endsWith('/note')) ?? '')
  await page.getByRole('main').getByRole('button', { name: /^Verstuur/ }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(page.getByRole('main').getByRole('textbox').first()).toHaveAttribute('aria-invalid', 'true')
  // What nobody can name is found.
  await page.locator('main').evaluate((main) => main.append(document.createElement('button')))
  await expect(ik.axe()).rejects.toThrow('button-name')
})

test('D4: all of it is reached with Tab, and one sees where one is', { tag: '@once' }, async ({ ik, demo, context }) => {
  const { page } = ik
  const portal = await enter(context, demo, 'gemeente', 'client')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  for (const at of await residents(ik, portal)) {
    await ik.open(at)
    expect(await focusWrong(page, 'all'), `where one is at ${at}`).toEqual([])
    // No trap: from the first thing that can be pressed Tab comes to the last.
    const last = page.locator('.foot a').last()
    for (let n = 0; n < 120 && !(await last.evaluate((el) => el === document.activeElement)); n++) await page.keyboard.press('Tab')
    await expect(last, `the end of ${at}`).toBeFocused()
  }
  // Where the focus is hidden, the measure says so.
  await page.locator('.foot a').first().evaluate((a) => a.style.setProperty('outline', 'none', 'important'))
  await page.locator('.foot a').first().evaluate((a) => a.style.setProperty('box-shadow', 'none', 'important'))
  expect(await focusWrong(page, 'all')).not.toEqual([])
})
