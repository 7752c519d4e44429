import { expect, test, type Page } from '@playwright/test'
import { focusWrong } from './inpage'
import type { Visitor } from './vocabulary'

// look expects that everybody can use the page that is open: in the light and in the dark, on paper,
// at every width, and by keyboard. Without JavaScript it is looked at as it comes.
export async function look(ik: Visitor): Promise<void> {
  const { javaScriptEnabled, isMobile } = test.info().project.use
  await ik.axe()
  await ik.geenOverloop()
  if (javaScriptEnabled === false) return
  const dutch = (await ik.page.locator('html[lang=nl]').count()) > 0
  if (dutch) await inTheDark(ik)
  const was = ik.page.viewportSize()
  if (isMobile) await withFingers(ik)
  else await atADesk(ik)
  if (isMobile && !dutch) await fits(ik, 1280, 800) // no desktop is asked in English
  if (was) await ik.page.setViewportSize(was)
  if (!isMobile && dutch) await withoutPointer(ik)
}

// inTheDark looks at the colours alone: nothing else differs, and no language changes them.
async function inTheDark(ik: Visitor): Promise<void> {
  await ik.page.emulateMedia({ colorScheme: 'dark' })
  await ik.axe('color-contrast')
  await ik.page.emulateMedia({ colorScheme: 'light' })
}

async function withFingers(ik: Visitor): Promise<void> {
  expect(await small(ik.page), `too small on ${ik.page.url()}`).toEqual([])
  await fits(ik, 320, 256) // 1280 px wide, at four times the size
}

async function atADesk(ik: Visitor): Promise<void> {
  const { page } = ik
  await fits(ik, 1920, 800)
  await fits(ik, 3840, 800)
  await page.emulateMedia({ media: 'print' })
  await fits(ik, 720, 800) // A4 without its margins
  await expect(page.locator('.head nav, .head button, .foot').filter({ visible: true }), 'on paper').toHaveCount(0)
  await page.emulateMedia({ media: 'screen' })
}

async function fits(ik: Visitor, width: number, height: number): Promise<void> {
  await ik.page.setViewportSize({ width, height })
  await ik.geenOverloop()
}

// withoutPointer expects what no language changes: that one sees where one is, also in the colours
// that the visitor has chosen for all that his machine shows.
async function withoutPointer(ik: Visitor): Promise<void> {
  await ik.page.emulateMedia({ forcedColors: 'active' })
  await ik.geenOverloop()
  await ik.page.emulateMedia({ forcedColors: 'none', reducedMotion: 'reduce' }) // or Tab would scroll for a while
  expect(await focusWrong(ik.page, 'all'), `where one is on ${ik.page.url()}`).toEqual([])
  await ik.page.emulateMedia({ reducedMotion: 'no-preference' })
}

// small returns what one must hit with a finger or a mouse and is less than 44 px high or wide;
// links within a sentence may be as high as the line (WCAG 2.5.8).
function small(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wanted = 'button, summary, select, textarea, input:not([type=hidden]), a[href]'
    const found = [...document.querySelectorAll<HTMLElement>(wanted)].filter((el) => {
      if (!el.checkVisibility({ visibilityProperty: true }) || el.matches('.nl-skip-link') || el.closest('[inert], [aria-hidden=true]')) return false
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
