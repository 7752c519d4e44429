import { expect } from '@playwright/test'
import type { Visitor } from './vocabulary'

// Keys is a visitor without a mouse: every thing is reached with Tab, seen to have the focus, and
// then used.
export class Keys {
  constructor(private readonly ik: Visitor) {}

  async type(label: string, text: string): Promise<void> {
    await this.ik.tabNaar(label)
    await this.ik.page.keyboard.type(text)
  }

  async follow(name: string | RegExp): Promise<void> {
    await this.ik.tabNaar(name)
    await this.ik.page.keyboard.press('Enter')
  }

  async tick(name: string): Promise<void> {
    await this.ik.tabNaar(name)
    await this.ik.page.keyboard.press('Space')
  }

  // choose picks one of a group of radio buttons, of which none is chosen: Tab comes to the first, arrows go on from there.
  async choose(first: string, wanted: string): Promise<void> {
    const { page } = this.ik
    const radio = page.getByRole('radio', { name: wanted, exact: true })
    await this.ik.tabNaar(first)
    await page.keyboard.press('Space')
    for (let presses = 0; presses < 10 && !(await radio.isChecked()); presses++) await page.keyboard.press('ArrowDown')
    await expect(radio).toBeChecked()
    await expect(radio).toBeFocused()
  }

  // attach chooses a file in the dialog behind a button. The dialog opens with the focus on the
  // button that the browser's own window of files is behind.
  async attach(button: string, name: string, buffer: Buffer): Promise<void> {
    const { page } = this.ik
    const chooser = page.waitForEvent('filechooser') // before the key that opens it can be pressed
    await this.follow(button)
    await expect(page.getByRole('button', { name: 'Bladeren' })).toBeFocused()
    await page.keyboard.press('Enter')
    await (await chooser).setFiles({ name, mimeType: 'application/pdf', buffer })
    await this.follow('Upload 1 bestand')
    await this.ik.zie(name)
  }
}
