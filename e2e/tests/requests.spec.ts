import type { Browser, TestInfo } from '@playwright/test'
import { attach } from '../attach'
import type { Demo } from '../demo'
import { Keys } from '../keys'
import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// What a municipality asks of a resident, from the request to the approval.

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n')

// clerk returns the employee who handles the cases, in a window of his own, and his side's address.
async function clerk(browser: Browser, info: TestInfo, demo: Demo): Promise<[Visitor, string]> {
  const { viewport, locale, timezoneId, javaScriptEnabled } = info.project.use
  const context = await browser.newContext({ viewport, locale, timezoneId, javaScriptEnabled })
  const address = await enter(context, demo, 'gemeente', 'handler')
  return [new Visitor(await context.newPage()), address]
}

// begin makes a case of a permit for the resident, and returns its path.
async function begin(desk: Visitor, office: string, number: string, name: string): Promise<string> {
  await desk.open(`${office}/dossiers/new`)
  await desk.druk('Omgevingsvergunning')
  await desk.vul('Zaaknummer', number)
  await desk.vul('Omschrijving', name)
  await desk.kies(/Yilmaz/)
  await desk.druk('Opslaan')
  await desk.druk('Publiceren')
  return new URL(desk.page.url()).pathname
}

// inDays is a day from now as a field for a date has it.
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

const item = (desk: Visitor, n: number, part: string) => desk.page.locator(`[name="item.${n}.${part}"]`)

// need is the row of what is needed.
const need = (ik: Visitor, name: string) => ik.page.getByRole('listitem').filter({ has: ik.page.getByText(name, { exact: true }) })

test('E13 E22: a handler asks, the resident hands in, the handler rejects, and the resident mends it', async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(900_000)
  const name = `Dakkapel ${info.project.name}`
  const [desk, office] = await clerk(browser, info, demo)
  const path = await begin(desk, office, `V-${info.project.name}`, name)

  await test.step('the handler asks, and what is missing is said by its field', async () => {
    await desk.druk('Vraag om stukken')
    await desk.kop('Vraag om stukken')
    await look(desk)
    await desk.druk('Verstuur')
    await desk.zie(/^Kies een dag\./)
    await desk.zie('Zeg wat u nodig heeft.')
    await look(desk)
    await desk.vul('Uiterlijk op welke dag?', inDays(7))
    await item(desk, 1, 'name').fill('Tekening van boven')
    await item(desk, 1, 'kind').selectOption('situatietekening')
    await desk.druk('Nog een stuk')
    await expect(item(desk, 1, 'name')).toHaveValue('Tekening van boven')
    await item(desk, 2, 'name').fill('Naam van de aannemer')
    await look(desk)
    await desk.druk('Verstuur')
    await desk.zie('Verstuurd. De klant ziet nu wat u nodig heeft.')
    await look(desk)
  })

  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/`)
  await ik.zie(/^Lever in: \d+ dingen/)
  await ik.open(`${address}/dossiers`)
  await ik.druk(new RegExp(`^${name}`))
  await expect(need(ik, 'Situatietekening')).toContainText('Nog niet ontvangen')
  await look(ik)
  await ik.druk('Geef uw antwoord')
  await ik.kop('Wat wij van u nodig hebben')
  await look(ik)

  await test.step('the resident answers both, and hands in', async () => {
    await ik.druk(/^Geef antwoord.*Tekening van boven/)
    await ik.kop('Tekening van boven')
    await look(ik)
    await ik.druk('Bewaar')
    await ik.zie('Kies eerst een bestand.')
    await look(ik)
    await attach(ik, info, 'Bestand kiezen', 'scan 0001.pdf', PDF)
    await ik.druk('Bewaar')
    await ik.zie('Bewaard. Kies „Inleveren” als u klaar bent.')
    await ik.druk(/^Geef antwoord.*Naam van de aannemer/)
    await ik.kies('Met een antwoord in tekst')
    await look(ik)
    await ik.vul('Uw antwoord', 'Bouwbedrijf Voorbeeld')
    await ik.druk('Bewaar')
    await expect(need(ik, 'Naam van de aannemer')).toContainText('Bouwbedrijf Voorbeeld')
    await look(ik)
    await ik.druk('Inleveren')
    await ik.zie(/^Ingeleverd\. Wij kijken ernaar/)
    await look(ik)
  })

  await test.step('the handler rejects one, with a reason', async () => {
    await desk.open(`${office}/`)
    await desk.zie('Ingeleverd, te beoordelen')
    await look(desk)
    await desk.open(`${office}${path}`)
    await look(desk)
    await desk.druk(/^Beoordeel.*Tekening van boven/)
    await desk.kop('Tekening van boven')
    await look(desk)
    await desk.druk('Wijs af')
    await desk.zie('Schrijf waarom het niet goed is. De klant leest dit.')
    await desk.vul('Waarom niet goed?', 'De maten staan er niet op.')
    await desk.druk('Wijs af')
    await desk.zie('Afgewezen. De klant kan het opnieuw geven.')
  })

  await test.step('the resident mends it', async () => {
    await ik.page.reload()
    await expect(need(ik, 'Tekening van boven')).toContainText('Waarom niet goed: De maten staan er niet op.')
    await look(ik)
    await ik.druk(/^Verbeter.*Tekening van boven/)
    await attach(ik, info, 'Bestand kiezen', 'scan 0002.pdf', PDF)
    await ik.druk('Bewaar')
    await ik.zie('Bewaard. Kies „Inleveren” als u klaar bent.')
    await ik.druk('Inleveren')
    await ik.zie(/^Ingeleverd\. Wij kijken ernaar/)
  })

  await test.step('the handler approves, and the list of what is needed says so', async () => {
    for (const [what, then] of [['Tekening van boven', 'Goedgekeurd.'], ['Naam van de aannemer', 'Goedgekeurd. Alles van deze vraag is nu in orde.']] as const) {
      await desk.open(`${office}${path}`)
      await desk.druk(new RegExp(`^Beoordeel.*${what}`))
      await desk.druk('Keur goed')
      await desk.zie(then)
    }
    await desk.open(`${office}${path}`)
    await desk.druk(/^Wijzig.*Situatietekening/)
    await desk.kop('Situatietekening')
    await look(desk)
    await ik.open(`${address}${path}`)
    await expect(need(ik, 'Situatietekening')).toContainText('Goedgekeurd op')
    await ik.zie('Alles is goedgekeurd. U hoeft niets meer te doen.')
    await look(ik)
  })
})

test('E22: by keyboard a resident hands in a file, and says why something does not apply', { tag: '@js' }, async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(600_000)
  const name = `Schuur ${info.project.name}`
  const [desk, office] = await clerk(browser, info, demo)
  const path = await begin(desk, office, `T-${info.project.name}`, name)
  await desk.druk('Vraag om stukken')
  await desk.vul('Uiterlijk op welke dag?', inDays(3))
  await item(desk, 1, 'name').fill('Foto van de schuur')
  await desk.druk('Nog een stuk')
  await item(desk, 2, 'name').fill('Toestemming van de buren')
  await desk.druk('Verstuur')
  await desk.zie('Verstuurd. De klant ziet nu wat u nodig heeft.')

  const keys = new Keys(ik)
  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}${path}`)
  await keys.follow('Geef uw antwoord')
  await ik.kop('Wat wij van u nodig hebben')
  await keys.follow(/^Geef antwoord.*Foto van de schuur/)
  await ik.kop('Foto van de schuur')
  await ik.tabNaar('Met een bestand of foto') // chosen already
  await keys.attach('Bestand kiezen', 'schuur.pdf', PDF)
  await keys.follow('Bewaar')
  await ik.zie('Bewaard. Kies „Inleveren” als u klaar bent.')
  await keys.follow(/^Geef antwoord.*Toestemming van de buren/)
  await ik.kop('Toestemming van de buren')
  await ik.tabNaar('Met een bestand of foto')
  await ik.page.keyboard.press('ArrowDown')
  await ik.page.keyboard.press('ArrowDown')
  await expect(ik.page.getByRole('radio', { name: 'Dit geldt niet voor mij' })).toBeChecked()
  await keys.type('Waarom geldt dit niet voor u?', 'Ik heb geen buren.')
  await keys.follow('Bewaar')
  await expect(need(ik, 'Toestemming van de buren')).toContainText('Ik heb geen buren.')
  await keys.follow('Inleveren')
  await ik.zie(/^Ingeleverd\. Wij kijken ernaar/)
  await expect(need(ik, 'Foto van de schuur')).toContainText('Ontvangen op')
})

test('E22: a request that is withdrawn while its page is open takes nothing, and what was typed stays', async ({ ik, demo, browser, context }, info) => {
  test.setTimeout(300_000)
  const name = `Schutting ${info.project.name}`
  const [desk, office] = await clerk(browser, info, demo)
  const path = await begin(desk, office, `W-${info.project.name}`, name)
  await desk.druk('Vraag om stukken')
  await desk.vul('Uiterlijk op welke dag?', inDays(3))
  await item(desk, 1, 'name').fill('Hoogte van de schutting')
  await desk.druk('Verstuur')

  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}${path}`)
  await ik.druk('Geef uw antwoord')
  await ik.druk(/^Geef antwoord/)
  await ik.kies('Met een antwoord in tekst')
  await ik.vul('Uw antwoord', 'Twee meter')
  await desk.druk('Vraag intrekken')
  await desk.zie('Ingetrokken. De klant wordt niets meer gevraagd.')
  await ik.druk('Bewaar')
  await ik.zie(/^Wij hebben deze vraag ingetrokken\./)
  await expect(ik.page.getByLabel('Uw antwoord', { exact: true })).toHaveValue('Twee meter')
  await look(ik)
})
