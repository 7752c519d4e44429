import { look } from '../looks'
import { passwordLink } from '../outbox'
import { bring, logIn } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

test('A16 A17 A18 A20: a company adds a user in steps, by keyboard, who sees only what he may', { tag: ['@phone'] }, async ({ ik, demo, context, browser }, info) => {
  test.setTimeout(300_000)
  const { portal, logins } = demo.tenant('accountant')
  const head = logins.find((l) => l.email.startsWith('info@deketting'))
  if (!head) throw new Error('no company at accountant')
  await bring(context, portal, await logIn(portal, head))
  const { page } = ik
  const name = `Sem ${info.repeatEachIndex}${info.retry}`
  const email = `${name.replaceAll(' ', '-').toLowerCase()}@deketting.example`
  const enter = async (on: string): Promise<void> => {
    await ik.tabNaar(on)
    await page.keyboard.press('Enter')
  }

  await test.step('A17: stopping half-way makes nobody', async () => {
    await ik.open(`${portal}/profile/accounts`)
    await look(ik)
    await enter('Nieuwe gebruiker')
    await ik.zie('Stap 1 van 3: gegevens')
    await look(ik)
    await ik.vul('Naam van uw collega', name)
    await enter('Volgende stap')
    await ik.zie('Dit veld is verplicht.')
    await ik.axe()
    await ik.vul('E-mailadres', email)
    await enter('Volgende stap')
    await ik.zie('Stap 2 van 3: rechten')
    await enter('Stoppen zonder uit te nodigen')
    await ik.kop('Extra accounts')
    await expect(page.getByText(email)).toHaveCount(0)
  })

  await test.step('A17: back and loading anew lose nothing and make nobody twice', async () => {
    await enter('Nieuwe gebruiker')
    await ik.zie('Stap 1 van 3: gegevens')
    await ik.tabNaar('Naam van uw collega')
    await page.keyboard.type(name)
    await page.keyboard.press('Tab')
    await page.keyboard.type(email)
    await page.keyboard.press('Enter')
    await ik.zie('Stap 2 van 3: rechten')
    await look(ik)
    await enter('Vorige stap')
    await expect(page.getByLabel('E-mailadres')).toHaveValue(email)
    await enter('Volgende stap')
    await ik.zie('Stap 2 van 3: rechten')
    for (const right of ['Berichten lezen', 'Documenten meesturen']) {
      await ik.tabNaar(right)
      await page.keyboard.press('Space')
    }
    await enter('Volgende stap')
    await ik.zie('Wie berichten verstuurt, moet ze ook kunnen lezen.')
    await ik.axe()
    await ik.tabNaar('Berichten versturen')
    await page.keyboard.press('Space')
    await enter('Volgende stap')
    await ik.zie('Stap 3 van 3: overzicht')
    await page.reload()
    await ik.zie(email)
    await look(ik)
    await enter('Uitnodigen')
    await ik.zie(`De uitnodiging is verstuurd naar ${email}.`)
    await expect(page.getByRole('link', { name, exact: true })).toHaveCount(1)
  })

  const theirs = await browser.newContext({ viewport: info.project.use.viewport, locale: 'nl-NL' })
  const user = new Visitor(await theirs.newPage())
  await test.step('A20: who was invited sees dossiers, and no messages', async () => {
    const first = await demo.outbox.next(email)
    await user.open(passwordLink(first))
    await user.vul('E-mailadres', email)
    await user.druk('Verstuur')
    await user.open(passwordLink(await demo.outbox.next(email, [first])))
    await user.vul('Wachtwoord', 'Abcdefg1')
    await user.druk('Instellen wachtwoord')
    await user.open(`${portal}/dossiers`)
    await user.druk('Jaarrekening 2025')
    await user.zie('Door mij aangeleverd')
    await expect(user.page.getByText('Berichten')).toHaveCount(0)
    await look(user)
    const dossier = user.page.url().replace(/[?#].*/, '')
    expect((await user.page.goto(`${dossier}/messages/new`))?.status()).toBe(403)
    await user.open(dossier)
  })

  await test.step('A18: what is withdrawn is gone at the next request', async () => {
    await enter(name)
    await ik.kop(name)
    await enter('Gegevens wijzigen')
    await ik.kop('Gegevens wijzigen')
    await look(ik)
    await ik.kies('Gebruikers beheren')
    await page.getByLabel('Dossiers en documenten bekijken').uncheck()
    await enter('Opslaan')
    await ik.zie('De wijzigingen zijn opgeslagen.')
    expect((await user.page.reload())?.status()).toBe(403)
    await user.zie('Uw account heeft hier geen toegang toe.')
    await look(user)
    await theirs.close()
  })
})
