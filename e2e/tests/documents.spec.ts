import type { Browser, TestInfo } from '@playwright/test'
import { attach } from '../attach'
import type { Demo } from '../demo'
import { Keys } from '../keys'
import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// The documents of a case, from the resident who adds one to the employee who handles it.

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n')

// clerk returns the employee who handles the cases, in a window of his own, and his side's address.
async function clerk(browser: Browser, info: TestInfo, demo: Demo): Promise<[Visitor, string]> {
  const { viewport, locale, timezoneId, javaScriptEnabled } = info.project.use
  const context = await browser.newContext({ viewport, locale, timezoneId, javaScriptEnabled })
  const address = await enter(context, demo, 'gemeente', 'handler')
  return [new Visitor(await context.newPage()), address]
}

// row is the row of a document.
const row = (ik: Visitor, title: string) => ik.page.getByRole('listitem').filter({ hasText: title })

// checked loads the page again until the document with the title can be opened.
async function checked(ik: Visitor, title: string): Promise<void> {
  await expect(async () => {
    await ik.page.reload()
    await expect(row(ik, title).getByRole('link', { name: /^Opslaan als/ })).toBeVisible({ timeout: 1000 })
  }).toPass()
}

test('D39 D40 D41 D42 D43 E16 E17 E18 E19 E20: a resident adds a document, keeps it, and the handler finds it', async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(600_000)
  const title = `Tekening van de achtergevel ${info.project.name}`
  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/dossiers`)
  await ik.druk(/^Omgevingsvergunning dakkapel/)
  await expect(row(ik, 'Ontvangstbevestiging.pdf')).toContainText(/Kenmerk 1\d+.*Door ons op/s)
  await expect(row(ik, 'Tekening aannemer.pdf')).toContainText(/Kenmerk 1\d+.*Door u op/s)
  await look(ik)
  const at = ik.page.url().replace(/[?#].*/, '')
  await ik.druk(/^Voeg toe/)
  await ik.kop('Document toevoegen')
  await look(ik)

  await test.step('what is missing is said of each field', async () => {
    await ik.druk('Voeg toe')
    for (const text of ['Kies eerst een bestand.', 'Kies wat voor document het is.', 'Geef het document een titel.']) await ik.zie(text)
    await look(ik)
  })

  await attach(ik, info, 'Bestand kiezen', 'scan 0001.pdf', PDF)
  await ik.kies(/Situatietekening/)
  await ik.vul('Titel', title)
  await ik.druk('Voeg toe')
  await ik.zie('Het document is toegevoegd. Wij kijken eerst of het veilig is.')
  await expect(row(ik, title)).toContainText(/Situatietekening, kenmerk 1\d+.*Door u op/s)
  await checked(ik, title)
  await look(ik)
  const waiting = ik.page.waitForEvent('download')
  await row(ik, title).getByRole('link', { name: /^Opslaan als/ }).click()
  expect((await waiting).suggestedFilename()).toBe('scan 0001.pdf')
  await expect(row(ik, title).getByRole('button')).toHaveCount(0) // it cannot be taken back

  const [desk, office] = await clerk(browser, info, demo)
  await desk.open(`${office}${new URL(at).pathname}`)
  await expect(row(desk, title)).toContainText(/Situatietekening, kenmerk 1\d+ · van de klant/)
  await desk.zie(/^Let op: toont u een document/)
  await look(desk)
})

test('E19: by keyboard, with no more than a file', { tag: '@js' }, async ({ ik, demo, context }, info) => {
  test.setTimeout(300_000)
  const keys = new Keys(ik)
  const name = `Leasecontract ${info.project.name}.pdf`
  const address = await enter(context, demo, 'eloket', 'client')
  await ik.open(`${address}/dossiers`)
  await ik.druk(/^Parkeervergunning voor bewoners/)
  await keys.follow(/^Voeg toe/)
  await ik.kop('Document toevoegen')
  await look(ik)
  await keys.attach('Bestand kiezen', name, PDF)
  await ik.tabNaar('Overig') // chosen already
  await expect(ik.page.getByRole('radio', { name: 'Overig' })).toBeChecked()
  await keys.follow('Voeg toe')
  await ik.zie('Het document is toegevoegd. Wij kijken eerst of het veilig is.')
  await expect(row(ik, name)).toContainText(/Overig, kenmerk 1\d+.*Door u op/s)
})

test('D20 D44 E21: a case that is closed while the page is open takes nothing, and what was typed stays', async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(300_000)
  const name = `Scheve lantaarnpaal ${info.project.name}`
  const [desk, office] = await clerk(browser, info, demo)
  await desk.open(`${office}/dossiers/new`)
  await desk.druk('Melding openbare ruimte')
  await desk.vul('Zaaknummer', `L-${info.project.name}`)
  await desk.vul('Omschrijving', name)
  await desk.kies(/Yilmaz/)
  await desk.druk('Opslaan')
  await desk.druk('Publiceren')

  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/dossiers`)
  await ik.druk(new RegExp(`^${name}`))
  await ik.druk(/^Voeg toe/)
  await ik.kies('Machtiging')
  await ik.vul('Titel', 'Van mijn buurvrouw')
  await attach(ik, info, 'Bestand kiezen', 'machtiging.pdf', PDF)

  await desk.druk('Status wijzigen')
  await desk.kies(/Opgelost/)
  await desk.druk('Status opslaan')
  await desk.zie('De status is opgeslagen.')

  await ik.druk('Voeg toe')
  await ik.zie(/^Deze zaak is intussen afgesloten\./)
  await expect(ik.page.getByLabel('Titel', { exact: true })).toHaveValue('Van mijn buurvrouw')
  await expect(ik.page.getByRole('radio', { name: 'Machtiging' })).toBeChecked()
  await look(ik)
  await ik.druk(name)
  await ik.zie('Er zijn nog geen documenten.')
  await expect(ik.page.getByRole('link', { name: /^Voeg toe/ })).toHaveCount(0)
  await look(ik)
})
