import { expect, type Page } from '@playwright/test'
import { focusSeen } from './inpage'
import type { Visitor } from './vocabulary'

// small returns what one must hit with a finger or a mouse and is less than 44 px high or wide;
// links within a sentence may be as high as the line (WCAG 2.5.8).
export function small(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wanted = 'button, summary, select, textarea, input:not([type=hidden]), a[href]'
    const found = [...document.querySelectorAll<HTMLElement>(wanted)].filter((el) => {
      if (!el.checkVisibility({ visibilityProperty: true }) || el.matches('.nl-skip-link')) return false
      return !(el.matches('a') && getComputedStyle(el).display === 'inline')
    })
    return found.flatMap((el) => {
      const target = el.matches('input[type=checkbox], input[type=radio]') ? (el.closest('label') ?? el) : el
      const { width, height } = target.getBoundingClientRect()
      const enough = el.matches('li a, td a, dd a') ? 28 : 44 // a row is the rest of its target
      if (height >= enough - 0.5 && width >= 24) return []
      return [`${el.tagName.toLowerCase()} "${(el.textContent || el.id).trim().slice(0, 30)}" is ${width} x ${height}`]
    })
  })
}

// ring walks through the page with Tab and expects that each stop can be seen (WCAG 2.4.7, 2.4.11).
export async function ring(ik: Visitor): Promise<void> {
  const { page } = ik
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  for (let stops = 0; stops < 60; stops++) {
    await page.keyboard.press('Tab')
    const name = await page.evaluate(() => {
      const el = document.activeElement as HTMLElement | null
      if (!el || el === document.body || el.dataset.seen) return ''
      el.dataset.seen = 'yes'
      return `${el.tagName.toLowerCase()} ${(el.textContent ?? '').trim().slice(0, 40)}`
    })
    if (!name) return
    expect(await focusSeen(page), `what is wrong with the focus on ${name} of ${page.url()}`).toEqual([])
  }
}
