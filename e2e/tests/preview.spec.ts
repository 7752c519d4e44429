import type { Page } from '@playwright/test'
import { enter } from '../sessions'
import { expect, test, type Visitor } from '../vocabulary'

// The house style shows beside its form while it is typed, and nobody else sees anything of it.

const button = (page: Page) => page.locator('.preview-light .nl-button--primary').first()
const sheets = (page: Page) => page.locator('link[data-preview-sheet]')
const RED = 'rgb(138, 21, 56)'

async function open({ ik, demo, context }: { ik: Visitor; demo: Parameters<typeof enter>[1]; context: Parameters<typeof enter>[0] }): Promise<void> {
  await ik.open(`${await enter(context, demo, 'notaris', 'administrator')}/settings/style`)
}

test.describe('as one types', { tag: '@js' }, () => {
  test('D5: a colour, a name and the corners show at once in the preview, and nowhere else', async ({ ik, demo, context }) => {
    const { page } = ik
    await open({ ik, demo, context })
    const own = await button(page).evaluate((el) => getComputedStyle(el).backgroundColor)
    expect(own).not.toBe(RED)
    const save = page.locator('form.settings .nl-button--primary')
    const outside = await save.evaluate((el) => getComputedStyle(el).backgroundColor)

    await ik.vul('Links en knoppen', '#8a1538')
    await expect(button(page)).toHaveCSS('background-color', RED)
    await expect(page.getByLabel('Kies een kleur: Links en knoppen', { exact: true })).toHaveValue('#8a1538')
    await expect(save).toHaveCSS('background-color', outside)
    await ik.vul('Naam van de organisatie', 'Notarissen aan de Maas')
    await expect(page.locator('.preview-light [data-preview-name]').first()).toHaveText('Notarissen aan de Maas')
    await ik.vul('Ronding van hoeken, in pixels', '0')
    await expect(button(page)).toHaveCSS('border-radius', '0px')
    await expect(sheets(page)).toHaveCount(1)
    await ik.axe()
    await ik.geenOverloop()

    await page.reload()
    await expect(button(page)).toHaveCSS('background-color', own)
    await ik.open(demo.tenant('notaris').portal)
    await expect(page.getByRole('button', { name: 'Inloggen', exact: true })).toHaveCSS('background-color', own)
    await expect(page.getByText('Notarissen aan de Maas')).toHaveCount(0)
  })

  test('D5: the field to pick a colour with fills the one to type in; half a colour changes nothing', async ({ ik, demo, context }) => {
    const { page } = ik
    await open({ ik, demo, context })
    await page.getByLabel('Kies een kleur: Links en knoppen', { exact: true }).fill('#8a1538')
    await expect(page.getByLabel('Links en knoppen', { exact: true })).toHaveValue('#8a1538')
    await expect(button(page)).toHaveCSS('background-color', RED)
    const asked: string[] = []
    page.on('request', (r) => asked.push(r.url()))
    await ik.vul('Links en knoppen', '#12')
    await ik.vul('Lichte tint achter meldingen', '#f0e0e4') // what is asked for next says what was kept
    await expect.poll(() => asked.filter((url) => url.includes('tint=%23f0e0e4')).length).toBe(1)
    expect(asked.filter((url) => url.includes('accent=%2312'))).toEqual([])
    await expect(button(page)).toHaveCSS('background-color', RED)
  })
})

test.describe('without JavaScript', { tag: '@nojs' }, () => {
  test('D5: the button shows what was typed, and stores nothing', async ({ ik, demo, context }) => {
    const { page } = ik
    await open({ ik, demo, context })
    await ik.vul('Links en knoppen', '#8a1538')
    await ik.druk('Voorbeeld tonen')
    await expect(button(page)).toHaveCSS('background-color', RED)
    await open({ ik, demo, context })
    await expect(button(page)).not.toHaveCSS('background-color', RED)
  })
})
