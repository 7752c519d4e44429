import { readFileSync } from 'node:fs'
import type { Browser, TestInfo } from '@playwright/test'
import type { Demo } from '../demo'
import { Keys } from '../keys'
import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// A municipality's types of cases, from the administrator who makes one to the resident who follows it.

// at returns an employee or a resident in a window of his own, and his side's address.
async function at(browser: Browser, info: TestInfo, demo: Demo, role: string): Promise<[Visitor, string]> {
  const { viewport, locale, timezoneId, javaScriptEnabled } = info.project.use
  const context = await browser.newContext({ viewport, locale, timezoneId, javaScriptEnabled })
  const address = await enter(context, demo, 'gemeente', role)
  return [new Visitor(await context.newPage()), address]
}

test('D20 D24 D25 D45 E10 E11: a resident finds tiles, the timeline and the result', async ({ ik, demo, context }) => {
  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/dossiers`)
  await ik.kop('Zaken')
  await ik.zie('Lopend')
  await look(ik)
  await ik.druk(/^Omgevingsvergunning dakkapel/)
  await ik.kop('Omgevingsvergunning dakkapel')
  await ik.zie('Waar staat het')
  await ik.zie('Een medewerker beoordeelt uw plan. De commissie geeft advies.')
  await ik.zie(/^Wij verwachten dat dit klaar is vóór /)
  await expect(ik.page.getByText('Interne toets')).toHaveCount(0)
  await look(ik)
})

test('D19 D22 D23: an administrator makes a type, a colleague begins a case, a resident follows it', async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(600_000)
  const name = `Standplaats ${info.project.name}`
  const [boss, office] = await at(browser, info, demo, 'administrator')
  await test.step('the type', async () => {
    await boss.open(`${office}/settings/types`)
    await look(boss)
    await boss.druk('Nieuwe soort')
    await boss.vul('Naam (Nederlands)', name)
    await boss.vul('Naam (Engels)', 'Market pitch')
    await boss.druk('Soort maken')
    await boss.zie('De soort is gemaakt. Niemand gebruikt hem nog.')
    await look(boss)
    await boss.druk('In behandeling')
    await boss.vul(/^Wat deze status betekent \(Nederlands\)/, 'Wij kijken of er plaats is.')
    await look(boss)
    await boss.druk('Opslaan')
    await boss.druk('Resultaat toevoegen')
    await boss.vul('Naam (Nederlands)', 'Toegewezen')
    await boss.druk('Opslaan')
    await boss.zie('Dit veld is verplicht.')
    await look(boss)
    await boss.vul('Naam (Engels)', 'Assigned')
    await boss.druk('Opslaan')
    await boss.druk('Soort document toevoegen')
    await look(boss)
    await boss.vul('Naam (Nederlands)', 'Kopie van uw inschrijving')
    await boss.vul('Naam (Engels)', 'Copy of your registration')
    await boss.kies('Vertrouwelijkheid van wat klanten aanleveren', 'geheim')
    await boss.druk('Opslaan')
    await boss.zie('De klant kan dit toevoegen en zou het daarna zelf niet zien. Kies iets wat klanten van deze soort zien.')
    await look(boss)
    await boss.kies('Vertrouwelijkheid van wat klanten aanleveren', 'die van de zaak')
    await boss.druk('Opslaan')
    await boss.zie(/klanten kunnen dit toevoegen/)
    await boss.druk('Algemeen wijzigen')
    await look(boss)
    await boss.vul(/^Termijn in werkdagen/, '15')
    await boss.druk('Opslaan')
    await boss.druk('In gebruik nemen')
    await boss.zie('De soort is in gebruik genomen.')
  })

  const [clerk] = await at(browser, info, demo, 'handler')
  const title = `Kraam met bloemen ${info.project.name}`
  await test.step('the case', async () => {
    await clerk.open(`${office}/dossiers/new`)
    await look(clerk)
    await clerk.druk(name)
    await clerk.vul('Zaaknummer', `M-${info.project.name}`)
    await clerk.vul('Omschrijving', title)
    await clerk.kies(/Yilmaz/)
    await clerk.druk('Opslaan')
    await clerk.druk('Publiceren')
    await clerk.druk('Status wijzigen')
    await look(clerk)
    await clerk.kies('In behandeling')
    await clerk.vul(/^Toelichting bij de status/, 'U staat op de lijst.')
    await clerk.druk('Status opslaan')
    await clerk.zie('De status is opgeslagen.')
    await look(clerk)
  })

  const address = await enter(context, demo, 'gemeente', 'client')
  await test.step('the resident', async () => {
    await ik.open(`${address}/dossiers`)
    await ik.druk(new RegExp(`^${title}`))
    await ik.zie('Wij kijken of er plaats is.')
    await ik.zie('U staat op de lijst.')
  })

  await test.step('another text shows at once; out of the portal, the case is gone', async () => {
    await boss.druk('In behandeling')
    await boss.vul(/^Wat deze status betekent \(Nederlands\)/, 'Wij tekenen u in.')
    await boss.druk('Opslaan')
    await boss.zie(/wordt „Wij tekenen u in\.”, was „Wij kijken of er plaats is\.”/)
    await look(boss)
    await boss.druk('In gebruik nemen')
    await ik.page.reload()
    await ik.zie('Wij tekenen u in.')
    await boss.druk('Algemeen wijzigen')
    await boss.page.getByLabel('Klanten zien zaken van deze soort').uncheck()
    await boss.druk('Opslaan')
    await boss.druk('In gebruik nemen')
    const answer = await ik.page.reload()
    expect(answer?.status()).toBe(404)
  })

  await test.step('it can be downloaded and taken over', async () => {
    const waiting = boss.page.waitForEvent('download')
    await boss.druk('Soort downloaden')
    const file = await (await waiting).path()
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'voordeur-dossier-type/1', portal: false })
    await boss.open(`${office}/settings/types`)
    await boss.page.getByLabel('Bestand').setInputFiles({ name: 'soort.json', mimeType: 'application/json', buffer: Buffer.from('{"soort": 1}') })
    await boss.druk('Bekijk wat er verandert')
    await boss.zie(/„soort” kennen wij niet/)
    await look(boss)
  })
})

test('D28 D29 D45 D46: by keyboard, how confidential a document is and how a case ends', { tag: '@once' }, async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(300_000)
  const [clerk, office] = await at(browser, info, demo, 'handler')
  const keys = new Keys(clerk)
  await clerk.open(`${office}/dossiers`)
  await clerk.druk(/^Omgevingsvergunning dakkapel/)
  await keys.follow(/wijzig de vertrouwelijkheid van Beschrijving bouwplan\.pdf/)
  await clerk.kop('Vertrouwelijkheid')
  await look(clerk)
  await clerk.tabNaar('zaakvertrouwelijk')
  for (let n = 0; n < 3; n++) await clerk.page.keyboard.press('ArrowDown') // vertrouwelijk, confidentieel, geheim
  await keys.follow('Opslaan')
  await clerk.zie('De klant ziet dit document niet: het is geheim.')
  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/dossiers`)
  await ik.druk(/^Omgevingsvergunning dakkapel/)
  await expect(ik.page.getByText('Beschrijving bouwplan.pdf')).toHaveCount(0)
})

test('E8 E9: a resident chooses when he is mailed, and it stays so', async ({ ik, demo, context }) => {
  const portal = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${portal}/profile`)
  const block = ik.page.locator('#notifications')
  const wanted = block.getByRole('checkbox')
  const daily = block.getByRole('radio', { name: /^Eén keer per dag/ })
  await expect(block.getByRole('radio', { name: /^Meteen/ })).toBeChecked()
  await daily.focus()
  await ik.page.keyboard.press('Space')
  await block.getByRole('button', { name: 'Opslaan' }).click()
  await ik.kop('Mijn gegevens')
  await expect(daily).toBeChecked()
  await expect(wanted).not.toBeChecked()
  await ik.axe()
  await ik.geenOverloop()
  await block.getByRole('radio', { name: /^Meteen/ }).check()
  await block.getByRole('button', { name: 'Opslaan' }).click()
  await expect(daily).not.toBeChecked()
})
