import type { Browser, TestInfo } from '@playwright/test'
import type { Demo } from '../demo'
import { Keys } from '../keys'
import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// A resident's message, from the frame on her case to the note and the notice of whoever handles it.

// desk returns an employee in a window of his own, and his side's address.
async function desk(browser: Browser, info: TestInfo, demo: Demo, role: string, tenant = 'gemeente'): Promise<[Visitor, string]> {
  const { viewport, locale, timezoneId, javaScriptEnabled } = info.project.use
  const context = await browser.newContext({ viewport, locale, timezoneId, javaScriptEnabled })
  const address = await enter(context, demo, tenant, role)
  return [new Visitor(await context.newPage()), address]
}

test('D32 D34 D35 D36 E23 E25: what a resident writes reaches the handler, and nobody else reads it', async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(600_000)
  const text = `Mag de dakkapel ook grijs? (${info.project.name})`
  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/dossiers`)
  await ik.druk(/^Omgevingsvergunning dakkapel/)
  await ik.zie('Verstuur een bericht')
  await look(ik)

  await test.step('without a text nothing is sent', async () => {
    await ik.druk('Verstuur')
    await ik.kop('Verstuur een bericht')
    await ik.zie('Typ eerst uw bericht.')
    await look(ik)
  })

  await ik.vul('Uw bericht', text)
  await ik.druk('Verstuur')
  await ik.zie(/^Uw bericht is verzonden\./)
  await expect(ik.page.getByLabel('Uw bericht')).toHaveValue('')
  await expect(ik.page.getByText(text)).toHaveCount(0)
  await look(ik)

  const [clerk, office] = await desk(browser, info, demo, 'handler')
  await clerk.open(`${office}/notices`)
  await expect(clerk.page.getByRole('link', { name: /nieuwe melding/ }).first()).toBeVisible()
  await clerk.zie('Bericht van de klant: Omgevingsvergunning dakkapel')
  await look(clerk)
  await clerk.page.getByRole('link', { name: 'Bericht van de klant: Omgevingsvergunning dakkapel' }).first().click()
  await clerk.zie(text)
  await clerk.zie('Bericht van mevrouw A. Yilmaz')
  await clerk.zie('Betrokkenen')
  await look(clerk)
  const note = `Besproken met de commissie (${info.project.name}).`
  await clerk.vul('Notitie', note)
  await clerk.druk('Notitie toevoegen')
  await clerk.zie('De notitie staat bij de zaak. De klant ziet haar niet.')
  await clerk.zie(note)
  await ik.page.reload()
  await expect(ik.page.getByText(note)).toHaveCount(0)
})

test('E23: by keyboard', { tag: '@js' }, async ({ ik, demo, context }) => {
  test.setTimeout(300_000)
  const keys = new Keys(ik)
  const address = await enter(context, demo, 'eloket', 'client')
  await ik.open(`${address}/dossiers`)
  await ik.druk(/^Parkeervergunning voor bewoners/)
  await ik.kop('Parkeervergunning voor bewoners')
  await keys.type('Uw bericht', 'Mijn nieuwe kenteken is XX-123-X.')
  await keys.follow('Verstuur')
  await ik.zie(/^Uw bericht is verzonden\./)
})

test('D33 E21: a case that is closed while the page is open takes no message, and what was typed stays', async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(300_000)
  const name = `Kapotte bank ${info.project.name}`
  const [clerk, office] = await desk(browser, info, demo, 'handler')
  await clerk.open(`${office}/dossiers/new`)
  await clerk.druk('Melding openbare ruimte')
  await clerk.vul('Zaaknummer', `B-${info.project.name}`)
  await clerk.vul('Omschrijving', name)
  await clerk.kies(/Yilmaz/)
  await clerk.druk('Opslaan')
  await clerk.druk('Publiceren')

  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/dossiers`)
  await ik.druk(new RegExp(`^${name}`))
  await ik.vul('Uw bericht', 'Er ligt ook glas.')

  await clerk.druk('Status wijzigen')
  await clerk.kies(/Opgelost/)
  await clerk.druk('Status opslaan')
  await clerk.zie('De status is opgeslagen.')

  await ik.druk('Verstuur')
  await ik.zie(/^Deze zaak is afgesloten\. U kunt geen bericht meer sturen\./)
  await expect(ik.page.getByLabel(/^Wat u had getypt/)).toHaveValue('Er ligt ook glas.')
  await expect(ik.page.getByRole('button', { name: 'Verstuur', exact: true })).toHaveCount(0)
  await look(ik)
  await ik.druk(name)
  await ik.kop(name)
  await expect(ik.page.getByLabel('Uw bericht')).toHaveCount(0)
})

test('E24: what nobody handles waits in its department until somebody takes it', async ({ demo, browser }, info) => {
  test.setTimeout(600_000)
  const [admin, office] = await desk(browser, info, demo, 'administrator', 'eloket')
  const department = `Vergunningen ${info.project.name}`
  await admin.open(`${office}/settings/departments/new`)
  await look(admin)
  await admin.druk('Opslaan')
  await admin.zie('Dit veld is verplicht.')
  await admin.vul('Naam van de afdeling', department)
  await admin.kies('Iris Smeets')
  await admin.druk('Opslaan')
  await admin.zie('De afdeling is opgeslagen.')
  await look(admin)
  await admin.druk(department)
  await admin.kop('Afdeling wijzigen')
  await look(admin)

  const [clerk] = await desk(browser, info, demo, 'handler', 'eloket')
  const name = `Boom op de stoep ${info.project.name}`
  await clerk.open(`${office}/dossiers/new`)
  await clerk.druk('Melding openbare ruimte')
  await clerk.vul('Zaaknummer', `W-${info.project.name}`)
  await clerk.vul('Omschrijving', name)
  await clerk.kies('Behandelaar', 'Nog niemand: de afdeling pakt het op')
  await clerk.kies('Afdeling', department)
  await look(clerk)
  await clerk.druk('Opslaan')
  await clerk.zie(/^Niemand behandelt deze zaak nog\./)
  await look(clerk)
  await clerk.open(`${office}/dossiers`)
  await clerk.kies('Van wie', `Wacht in ${department}`)
  await clerk.druk('Zoek')
  await clerk.druk(name)
  await clerk.druk('In behandeling nemen')
  await clerk.zie(/^Deze zaak is nu van u\./)
  await look(clerk)

  // Nothing waits there any more, and it can go.
  await admin.druk('Afdeling verwijderen')
  await admin.zie('Hier wacht niets.')
  await look(admin)
  await admin.druk('Verwijder deze afdeling')
  await admin.zie('De afdeling is verwijderd.')
  await clerk.open(`${office}/profile/absence`)
  await look(clerk)
  await clerk.druk('Opslaan')
  await clerk.zie(/^Vul de laatste dag in/)
  await look(clerk)
})
