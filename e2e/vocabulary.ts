import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { Demo } from './demo'
import { focusWrong, overflowing, scriptsOn, violations } from './inpage'

export { expect }
export { totp } from './demo'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

type Name = string | RegExp

// Visitor says what a person does and sees, in the words that the tests are written in. Names are
// those that a screen reader speaks; a string must be the whole name.
export class Visitor {
  constructor(readonly page: Page) {}

  // open goes to an address, which must answer below 400.
  async open(url: string): Promise<void> {
    const answer = await this.page.goto(url)
    expect(answer?.status() ?? 200, `answer of ${url}`).toBeLessThan(400)
  }

  // druk presses the button or follows the link with this name.
  async druk(name: Name): Promise<void> {
    const options = { name, exact: true }
    await this.page.getByRole('button', options).or(this.page.getByRole('link', options)).click()
  }

  // vul types a value into the field with this label.
  async vul(label: Name, value: string): Promise<void> {
    await this.field(label).fill(value)
  }

  // kies selects an option of the list with this label, or ticks the box or the radio button.
  async kies(label: Name, option?: string): Promise<void> {
    if (option !== undefined) await this.field(label).selectOption({ label: option })
    else await this.field(label).check()
  }

  // zie expects the text to be visible somewhere on the page.
  async zie(text: Name): Promise<void> {
    await expect(this.page.getByText(text).filter({ visible: true }).first(), `text ${text}`).toBeVisible()
  }

  // kop expects the page to have this one h1.
  async kop(text: Name): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveText(text)
  }

  // tabNaar presses Tab until the thing with this name has the focus, and expects that it then lies
  // within the window, is not covered, and shows that it has the focus (WCAG 2.4.7, 2.4.11). It waits
  // for the thing first: Tab on a page that is about to go would be used up there.
  async tabNaar(name: Name): Promise<void> {
    await this.page.emulateMedia({ reducedMotion: 'reduce' }) // or the page would scroll for a while
    const wanted = this.named(name)
    await expect(wanted.first(), `Tab does not come to ${name}, which is not there`).toBeAttached()
    for (let presses = 0; presses < 80; presses++) {
      await this.page.keyboard.press('Tab')
      if ((await wanted.and(this.page.locator(':focus')).count()) === 0) continue
      expect(await focusWrong(this.page, 'this'), `what is wrong with the focus on ${name}`).toEqual([])
      return
    }
    throw new Error(`Tab does not come to ${name}`)
  }

  // axe expects no violation of WCAG 2.2 AA that axe can find, or of one rule alone.
  async axe(rule?: string): Promise<void> {
    const scriptsOff = await scriptsOn(this.page)
    const list = await (rule ? violations(this.page, 'rule', [rule]) : violations(this.page, 'tag', WCAG))
    await scriptsOff()
    expect(list, `violations on ${this.page.url()}`).toEqual([])
  }

  // geenOverloop expects that nothing sticks out sideways, apart from regions that scroll by
  // themselves and take the focus (WCAG 1.4.10).
  async geenOverloop(): Promise<void> {
    expect(await overflowing(this.page), `sticks out on ${this.page.url()}`).toEqual([])
  }

  private field(label: Name): Locator {
    return this.page.getByLabel(label, { exact: true }).and(this.page.locator('input, select, textarea'))
  }

  private named(name: Name): Locator {
    const roles = ['button', 'link', 'textbox', 'combobox', 'checkbox', 'radio', 'tab', 'searchbox'] as const
    return roles
      .map((role) => this.page.getByRole(role, { name, exact: true }))
      .reduce((all, one) => all.or(one))
  }
}

// test has "ik", the visitor, and "demo", the running program's tenants and mail.
export const test = base.extend<{ ik: Visitor; demo: Demo }>({
  ik: async ({ page }, use) => use(new Visitor(page)),
  demo: async ({}, use) => use(new Demo()),
})
