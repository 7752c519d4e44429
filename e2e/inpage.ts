import { test, type Browser, type Page } from '@playwright/test'

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

// withScripts measures with a script of its own, which a page without JavaScript does not run:
// there it gets a copy of the page, as it stands, whose own scripts stay away.
export async function withScripts<T>(page: Page, measure: (page: Page) => Promise<T>): Promise<T> {
  const browser = page.context().browser()
  if (test.info().project.use.javaScriptEnabled !== false || !browser) return measure(page)
  const twin = twins.get(page) ?? (await Twin.of(page, browser))
  twins.set(page, twin)
  return measure(await twin.copy())
}

// endTwin takes the copy of a page away, before the test is over: closing it while the test itself is
// being closed fails.
export async function endTwin(page: Page): Promise<void> {
  await twins.get(page)?.end()
  twins.delete(page)
}

const twins = new WeakMap<Page, Twin>()

// Twin shows with scripts what a page without them holds. One does for all that its page shows.
class Twin {
  private body = ''
  private ending?: Promise<void>

  private constructor(
    private readonly original: Page,
    private readonly page: Page,
  ) {}

  static async of(original: Page, browser: Browser): Promise<Twin> {
    const context = await browser.newContext({ javaScriptEnabled: true })
    const twin = new Twin(original, await context.newPage())
    original.context().once('close', () => void twin.end())
    await twin.page.route('**/*', (route) => {
      const kind = route.request().resourceType()
      if (kind === 'document') return route.fulfill({ body: twin.body, contentType: 'text/html' })
      return kind === 'script' ? route.abort() : route.continue()
    })
    return twin
  }

  // end closes the copy once; what it still asks for is nobody's error any more.
  end(): Promise<void> {
    this.ending ??= this.page
      .unrouteAll({ behavior: 'ignoreErrors' })
      .then(() => this.page.context().close())
      .catch(() => undefined)
    return this.ending
  }

  async copy(): Promise<Page> {
    this.body = (await this.original.content()).replace(/<\/?noscript[^>]*>/g, '')
    const size = this.original.viewportSize()
    if (size) await this.page.setViewportSize(size)
    await this.page.context().addCookies(await this.original.context().cookies())
    await this.page.goto(this.original.url())
    return this.page
  }
}
