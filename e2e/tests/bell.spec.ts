import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// The bell of the office, in a page that stays open.

test('D35: the bell changes by itself and says so once', { tag: '@js' }, async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(300_000)
  const office = await enter(context, demo, 'eloket', 'handler')
  await ik.open(`${office}/clients`)
  const bell = ik.page.locator('a[data-live]')
  const said = ik.page.locator('[data-part="bell-said"]')
  const many = async () => Number(/\d+/.exec((await bell.locator('[data-part="bell-words"]').textContent()) ?? '')?.[0] ?? 0)
  const before = await many()
  await expect(said).toHaveText('')
  const field = ik.page.getByRole('searchbox')
  await field.fill('Peet')

  const { viewport, locale, timezoneId } = info.project.use
  const theirs = await browser.newContext({ viewport, locale, timezoneId })
  const portal = await enter(theirs, demo, 'eloket', 'client')
  const resident = new Visitor(await theirs.newPage())
  await resident.open(`${portal}/dossiers`)
  await resident.druk(/^Parkeervergunning voor bewoners/)
  await resident.vul('Uw bericht', `Hoe staat het ermee? (${info.project.name})`)
  await resident.druk('Verstuur')
  await resident.zie(/^Uw bericht is verzonden\./)

  await expect.poll(many).toBeGreaterThan(before)
  await expect(said).toHaveText(/^\d+ nieuwe melding(en)?$/)
  // Nothing else of the page has changed: not the focus, not what was typed.
  await expect(field).toBeFocused()
  await expect(field).toHaveValue('Peet')
  await ik.axe()
})
