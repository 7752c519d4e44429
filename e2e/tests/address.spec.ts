import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

test('A15: an address waits until an employee approves or refuses it', { tag: '@phone' }, async ({ ik, demo, context, browser }, info) => {
  test.slow()
  const { portal, office } = demo.tenant('thuiszorg')
  const { viewport, locale, timezoneId } = info.project.use
  const staff = await browser.newContext({ viewport, locale, timezoneId })
  await enter(staff, demo, 'thuiszorg', 'administrator')
  const desk = new Visitor(await staff.newPage())
  const street = `Kade ${info.project.name} ${info.retry}`

  await test.step('the office decides about addresses', async () => {
    await desk.open(`${office}/settings/contact`)
    await desk.page.getByRole('combobox', { name: 'Adres', exact: true }).selectOption({ label: 'zien en wijzigen' })
    await desk.page.getByLabel('geldt pas nadat een medewerker akkoord geeft').check()
    await desk.druk('Opslaan')
    await look(desk)
    await desk.open(`${office}/addresses`)
    await look(desk)
  })

  await test.step('the client gives one, which waits', async () => {
    await enter(context, demo, 'thuiszorg', 'client')
    await ik.open(`${portal}/profile/address`)
    await look(ik)
    await ik.vul('Straat en huisnummer', street)
    await ik.vul('Postcode', '8011 AB')
    await ik.vul('Woonplaats', 'Zwolle')
    await ik.druk('Opslaan')
    await ik.zie('Wacht op akkoord, sinds')
    await look(ik)
  })

  await test.step('an employee refuses it with a reason, which the client reads', async () => {
    await desk.open(`${office}/addresses`)
    await look(desk)
    await desk.page.getByRole('row', { name: street }).getByRole('link').click()
    await desk.druk('Niet overnemen')
    await desk.zie('Dit veld is verplicht.')
    await look(desk)
    await desk.vul('Reden', 'Stuur een uittreksel van de gemeente.')
    await desk.druk('Niet overnemen')
    await desk.zie('Het oude adres blijft gelden.')
    await look(desk)
    await ik.open(`${portal}/profile`)
    await ik.zie('Stuur een uittreksel van de gemeente.')
    await look(ik)
  })

  await test.step('the next one is approved', async () => {
    await ik.druk(/^Adres (wijzigen|doorgeven)$/)
    await ik.vul('Straat en huisnummer', `Nieuwe ${street}`)
    await ik.vul('Postcode', '8011 AB')
    await ik.vul('Woonplaats', 'Zwolle')
    await ik.druk('Opslaan')
    await desk.open(`${office}/addresses`)
    await desk.page.getByRole('row', { name: `Nieuwe ${street}` }).getByRole('link').click()
    await desk.druk('Akkoord geven')
    await desk.zie('Het nieuwe adres geldt.')
    await ik.open(`${portal}/profile`)
    await ik.zie('Akkoord van')
    await expect(ik.page.getByText(`Nieuwe ${street}, 8011 AB`)).toBeVisible()
    await look(ik)
  })
  await staff.close()
})
