import type { BrowserContext } from '@playwright/test'
import type { Demo } from '../demo'
import { Party, type Known } from '../provider'
import { look } from '../looks'
import { bring, logIn } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// Log-ins at a provider that is not ours, as an administrator connects it.

// administer opens the ways to log in of an office, for an administrator who has proved himself just now.
async function administer(context: BrowserContext, demo: Demo, tenant: string): Promise<Visitor> {
  const { office } = demo.tenant(tenant)
  await bring(context, office, await logIn(office, demo.login(tenant, 'administrator')))
  const desk = new Visitor(await context.newPage())
  await desk.open(`${office}/settings/connections`)
  return desk
}

// make makes a way to log in, whose page it opens, and returns what the other party must know of it.
async function make(desk: Visitor, kind: string, name: string): Promise<Known> {
  await desk.druk('Inlogmiddel toevoegen')
  await desk.kies(kind)
  await desk.vul(/^Naam/, name)
  await desk.druk('Verder')
  const address = (end: string) => desk.page.locator('dd').filter({ hasText: new RegExp(`${end}$`) }).innerText()
  return { back: await address('/return'), over: await address('/logout'), out: await address('/login') }
}

// fill fills in what the other party has told, and switches it on.
async function fill(desk: Visitor, party: Party, scopes: string, secret = party.secret): Promise<void> {
  await desk.vul(/^Adres van de andere partij/, party.issuer)
  await desk.vul('Client-ID', party.client)
  await desk.vul(/^Client-secret/, secret)
  await desk.page.getByText('Wat er in het antwoord staat').click()
  await desk.vul(/^Extra scopes/, scopes)
  await desk.kies('Ook het userinfo-adres vragen')
  await desk.kies('Dit inlogmiddel staat aan')
  await desk.druk('Opslaan')
}

async function save(desk: Visitor): Promise<void> {
  await desk.druk('Opslaan')
  await desk.zie('Opgeslagen.')
}

// off switches a way to log in off, from the list of them.
async function off(desk: Visitor, name: string): Promise<void> {
  await desk.druk(name)
  await desk.page.getByLabel('Dit inlogmiddel staat aan').uncheck()
  await save(desk)
}

test('E2 E15: a client comes in by a certified provider, and is out at once when it says so', { tag: '@once' }, async ({ ik, demo, browser }) => {
  const { portal } = demo.tenant('eloket')
  const party = await Party.open({ 'client-1': { name: 'Jan van den Berg' } })
  const staff = await browser.newContext({ locale: 'nl-NL' })
  const desk = await administer(staff, demo, 'eloket')
  const known = await make(desk, 'iDIN, itsme of een ander middel voor klanten', 'Proefbank')

  await test.step('it must answer before it is switched on', async () => {
    await fill(desk, party, 'profile')
    await desk.zie('Op dit adres antwoordt geen OpenID-provider.')
    party.meet(known)
    await desk.vul(/^Client-secret/, 'what neither of us knows')
    await save(desk)
  })

  await test.step('with another secret nobody comes in', async () => {
    await ik.open(`${portal}/login`)
    await ik.druk('Inloggen met Proefbank')
    await ik.druk('Ik ben Jan van den Berg')
    await ik.zie('Inloggen met Proefbank is niet gelukt.')
    expect(ik.page.url()).toBe(`${portal}/login`)
    await ik.axe()
    await desk.druk('Proefbank')
    await desk.vul(/^Client-secret/, party.secret)
    await save(desk)
    await ik.page.context().clearCookies()
  })

  await test.step('who cancels there does not come in', async () => {
    await ik.open(`${portal}/login`)
    await ik.druk('Inloggen met Proefbank')
    await ik.druk('Annuleren')
    await ik.zie('U heeft het inloggen met Proefbank geannuleerd. U bent niet ingelogd.')
  })

  await test.step('an answer to the question of somebody else is refused', async () => {
    party.mistaken = true
    await ik.druk('Inloggen met Proefbank')
    await ik.druk('Ik ben Jan van den Berg')
    await ik.zie('Inloggen met Proefbank is niet gelukt.')
    party.mistaken = false
  })

  await test.step('he comes in, and the office does not know him', async () => {
    await ik.druk('Inloggen met Proefbank') // he is logged in there
    await ik.zie('U heeft geen lopende zaken.')
    const home = desk.page.url()
    await desk.open(`${demo.tenant('eloket').office}/unmatched`)
    await desk.zie('Jan van den Berg')
    await desk.open(home)
  })

  await test.step('he logs out there, and is out here', async () => {
    const there = new Visitor(await ik.page.context().newPage())
    await there.open(`${party.issuer}/session/end`)
    await there.druk('Ja, uitloggen')
    await there.kop('Uitgelogd')
    await ik.open(`${portal}/`)
    await ik.zie('Inloggen met Proefbank')
  })

  await test.step('E27: he logs out here, and then there too', async () => {
    await ik.druk('Inloggen met Proefbank')
    await ik.druk('Ik ben Jan van den Berg')
    await ik.druk('Uitloggen')
    await ik.zie('U bent uitgelogd.')
    await ik.zie('Misschien bent u nog ingelogd bij Proefbank.')
    await look(ik)
    await ik.druk('Ook uitloggen bij Proefbank')
    await ik.druk('Ja, uitloggen')
    await expect(ik.page).toHaveURL(known.out)
    await ik.druk('Inloggen met Proefbank')
    await ik.kop('Wie bent u?')
  })

  await off(desk, 'Proefbank')
  await ik.open(`${portal}/login`)
  await expect(ik.page.getByRole('link', { name: 'Inloggen met Proefbank' })).toHaveCount(0)
  await staff.close()
  await party.close()
})

test('an employee comes in by a certified provider, with the role of his groups', { tag: '@once' }, async ({ ik, demo, browser }) => {
  const { office } = demo.tenant('thuiszorg')
  const party = await Party.open({
    'employee-1': { name: 'Sam de Wit', email: 'sam.dewit@thuiszorg.example', groups: ['zorg', 'iedereen'] },
    'employee-2': { name: 'Robin Smit', email: 'robin.smit@thuiszorg.example', groups: ['iedereen'] },
  })
  const staff = await browser.newContext({ locale: 'nl-NL' })
  const desk = await administer(staff, demo, 'thuiszorg')
  party.meet(await make(desk, 'Werkaccounts van medewerkers (Entra, Keycloak)', 'proefaccount'))
  await desk.vul(/^Groepen voor behandelaars/, 'zorg')
  await fill(desk, party, 'profile email groups')
  await desk.zie('Opgeslagen.')

  await ik.open(`${office}/login`)
  await ik.druk('Inloggen met proefaccount')
  await ik.druk('Ik ben Robin Smit')
  await ik.zie('U kunt hier niet inloggen met proefaccount.')
  await ik.page.context().clearCookies()
  await ik.open(`${office}/login`)
  await ik.druk('Inloggen met proefaccount')
  await ik.druk('Ik ben Sam de Wit')
  await ik.kop('Wat wacht op mij')
  const settings = { name: 'Beheer', exact: true }
  await expect(desk.page.getByRole('link', settings).first()).toBeVisible()
  await expect(ik.page.getByRole('link', settings)).toHaveCount(0)

  await off(desk, 'proefaccount')
  await ik.open(`${office}/`)
  await expect(ik.page.getByRole('link', { name: 'Inloggen met proefaccount' })).toHaveCount(0)
  await expect(ik.page.getByLabel('Wachtwoord')).toBeVisible()
  await staff.close()
  await party.close()
})
