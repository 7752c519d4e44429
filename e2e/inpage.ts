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

// focusWrong looks at the element that has the focus, or at all that Tab stops at, one after the
// other: what is wrong with how each shows that it has it. To go there by script takes a tenth of the
// time that the key takes, and scrolls and shows the same once the key was pressed.
export async function focusWrong(page: Page, which: 'this' | 'all'): Promise<string[]> {
  if (which === 'all') await page.keyboard.press('Tab')
  return page.evaluate((which) => {
    const ring = (el: HTMLElement) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } = getComputedStyle(el)
      const outline = outlineStyle === 'none' ? '' : `${outlineStyle} ${outlineWidth} ${outlineColor}`
      return [outline, boxShadow, borderColor, backgroundColor].join('|')
    }
    const wrongWith = (el: HTMLElement): string[] => {
      const { left, top, right, bottom, width, height } = el.getBoundingClientRect()
      if (width === 0 || height === 0) return ['has no size']
      // Of a tall field the browser shows where one types: the part that shows is what is looked at.
      const [shownX, shownY] = [Math.min(right, innerWidth) - Math.max(left, 0), Math.min(bottom, innerHeight) - Math.max(top, 0)]
      if (shownX < Math.min(width, 24) / 2 || shownY < Math.min(height, 24) / 2) return ['lies outside the window']
      const wrong: string[] = []
      const hit = document.elementFromPoint(Math.max(left, 0) + shownX / 2, Math.max(top, 0) + shownY / 2)
      if (!hit || !(el.contains(hit) || hit.contains(el) || hit.closest('label')?.control === el)) {
        wrong.push(`is covered by ${hit?.tagName.toLowerCase()}`)
      }
      const focused = ring(el)
      el.blur()
      const blurred = ring(el)
      el.focus({ preventScroll: true })
      if (focused === blurred) wrong.push('looks the same as without focus')
      return wrong
    }
    const name = (el: HTMLElement) => `${el.tagName.toLowerCase()} ${(el.textContent ?? '').trim().slice(0, 40)}`

    if (which === 'this') return wrongWith(document.activeElement as HTMLElement)
    const stops = 'a[href], button, summary, select, textarea, input:not([type=hidden]), iframe, [tabindex="0"]'
    return [...document.querySelectorAll<HTMLElement>(stops)].flatMap((el) => {
      if (!el.checkVisibility({ visibilityProperty: true }) || el.tabIndex < 0 || el.matches(':disabled') || el.closest('[inert]')) return []
      el.focus()
      if (document.activeElement !== el) return [`${name(el)} takes no focus`]
      return wrongWith(el).map((what) => `${name(el)} ${what}`)
    })
  }, which)
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
