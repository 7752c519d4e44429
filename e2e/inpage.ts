import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type CDPSession, type Page } from '@playwright/test'
import type axe from 'axe-core'

declare global {
  interface Window {
    axe: typeof axe
  }
}

const AXE = readFileSync(join(import.meta.dirname, 'node_modules/axe-core/axe.min.js'), 'utf8')

// Measurements inside the page, also where the page's own scripts are switched off.

// Focus is the element that has the focus and what is wrong with how it shows; it has no name when
// the focus is on nothing, or where it was before.
interface Focus {
  name: string
  wrong: string[]
}

// focusSeen looks at the element that has the focus.
export function focusSeen(page: Page): Promise<Focus> {
  return page.evaluate(() => {
    const wrong: string[] = []
    const el = document.activeElement as HTMLElement
    const been = el === document.body || el.dataset.seen !== undefined
    const name = been ? '' : `${el.tagName.toLowerCase()} ${(el.textContent ?? '').trim().slice(0, 40)}`
    el.dataset.seen = ''
    const { left, top, right, bottom, width, height } = el.getBoundingClientRect()
    // Of a tall field the browser shows where one types: the part that shows is what is looked at.
    const [shownX, shownY] = [Math.min(right, innerWidth) - Math.max(left, 0), Math.min(bottom, innerHeight) - Math.max(top, 0)]
    const [x, y] = [Math.max(left, 0) + shownX / 2, Math.max(top, 0) + shownY / 2]
    const inside = shownX >= Math.min(width, 24) / 2 && shownY >= Math.min(height, 24) / 2
    const hit = inside ? document.elementFromPoint(x, y) : null
    if (width === 0 || height === 0) wrong.push('it has no size')
    if (!inside) wrong.push('it lies outside the window')
    else if (!hit || !(el.contains(hit) || hit.contains(el) || hit.closest('label')?.control === el)) {
      wrong.push(`it is covered by ${hit?.tagName.toLowerCase()}`)
    }

    const ring = () => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } = getComputedStyle(el)
      const outline = outlineStyle === 'none' ? '' : `${outlineStyle} ${outlineWidth} ${outlineColor}`
      return [outline, boxShadow, borderColor, backgroundColor].join('|')
    }
    const focused = ring()
    el.blur()
    const blurred = ring()
    el.focus({ preventScroll: true })
    if (focused === blurred) wrong.push('it looks the same as without focus')
    return { name, wrong }
  })
}

// overflowing returns the elements that make the page wider than the window.
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return []
    const scrolls = (el: Element) => {
      const region = el.closest('[tabindex="0"]')
      return region !== null && ['auto', 'scroll'].includes(getComputedStyle(region).overflowX)
    }
    const out = [...document.body.querySelectorAll('*')].filter((el) => {
      const box = el.getBoundingClientRect()
      return (box.right > width + 1 || box.left < -1) && box.width > 0 && !scrolls(el)
    })
    const names = out.map((el) => `${el.tagName.toLowerCase()}${el.id && '#' + el.id}${el.className && '.' + el.className}`)
    return names.length > 0 ? names : [`the page itself: ${document.documentElement.scrollWidth} px in ${width} px`]
  })
}

// violations returns what axe finds wrong with what is open, by tags of its rules or by their names.
// Only that leaves the page: all that axe can tell costs many times what it costs to find it.
export async function violations(page: Page, type: 'tag' | 'rule', values: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
  return page.evaluate(
    async (runOnly) => {
      const { violations } = await window.axe.run(document, { runOnly, resultTypes: ['violations'] })
      return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target.join(' ')}`))
    },
    { type, values },
  )
}

// scriptsOn has scripts run in a page without them until what is returned is called, so that one can
// measure with a script of one's own. Those of the page stay away: the browser passed by them as it read.
export async function scriptsOn(page: Page): Promise<() => Promise<unknown>> {
  if (test.info().project.use.javaScriptEnabled !== false) return async () => {}
  const session = sessions.get(page) ?? (await page.context().newCDPSession(page))
  sessions.set(page, session)
  const disabled = (value: boolean) => session.send('Emulation.setScriptExecutionDisabled', { value })
  await disabled(true) // nothing new to the page, but a session heeds only what is new to itself
  await disabled(false)
  return () => disabled(true)
}

// sessions stay as long as their pages: one that ends has scripts run again.
const sessions = new WeakMap<Page, CDPSession>()
