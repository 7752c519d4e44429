import { expect, type TestInfo } from '@playwright/test'
import type { Visitor } from './vocabulary'

// attach adds a file in the dialog behind the button, or in the plain field where no script runs.
export async function attach(ik: Visitor, info: TestInfo, button: string, name: string, buffer: Buffer): Promise<void> {
  const file = { name, mimeType: 'application/pdf', buffer }
  if (info.project.use.javaScriptEnabled === false) {
    await ik.page.locator('input[type=file][name=file]').setInputFiles(file)
    return
  }
  await ik.druk(button)
  const chooser = ik.page.waitForEvent('filechooser')
  await ik.druk('Bladeren')
  await (await chooser).setFiles(file)
  await ik.druk('Upload 1 bestand')
  await expect(ik.page.getByRole('dialog')).toBeHidden()
  await ik.zie(name)
}
