import { execFileSync } from 'node:child_process'
import { Keys } from '../keys'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// secretOf reads a printed letter as its receiver does.
function secretOf(paper: string): string {
  const text = execFileSync('pdftotext', ['-layout', paper, '-'], { encoding: 'utf8' })
  const found = /Wachtwoord\s+([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})/.exec(text)?.[1]
  if (!found) throw new Error(`no password in the letter:\n${text}`)
  return found
}

test('C5 C6 C7 C8 C9 C10 C11 C12 C58: from the letter to the own password, by keyboard', async ({ ik, demo, browser }, info) => {
  test.slow()
  const { portal, office } = demo.tenant('thuiszorg')
  const who = `brief-${info.project.name}-${info.repeatEachIndex}-${info.retry}`.toLowerCase()
  const email = `${who}@post.example`
  const { viewport, locale, timezoneId } = info.project.use
  const staff = await browser.newContext({ viewport, locale, timezoneId, acceptDownloads: true })
  await enter(staff, demo, 'thuiszorg', 'handler')
  const desk = new Visitor(await staff.newPage())
  const keys = new Keys(ik)
  let secret = ''

  await test.step('C6: the office makes an account and prints its letter', async () => {
    await desk.open(`${office}/clients/new`)
    await desk.vul('Naam', `mevrouw ${who}`)
    await desk.druk('Opslaan')
    await desk.vul(/^Gebruikersnaam/, who)
    await desk.vul(/^Adres op de brief/, 'Dorpsstraat 1\n8011 AB Zwolle')
    await desk.axe()
    await desk.druk('Account en brief maken')
    await desk.zie('De brief staat klaar om af te drukken.')
    await desk.axe()
    const begun = desk.page.waitForEvent('download')
    await desk.druk(`Afdrukken mevrouw ${who}`)
    secret = secretOf(await (await begun).path())
  })

  await test.step('C5 C7 C8: the letter lets one choose a password, and nothing else', async () => {
    await ik.open(`${portal}/login`)
    await expect(ik.page.getByLabel('Organisatie')).toHaveValue('Thuiszorg Dichtbij')
    await keys.type('Gebruikersnaam', who)
    await keys.type('Wachtwoord', secret)
    await keys.follow('Inloggen')
    await ik.zie('Vul tweemaal hetzelfde wachtwoord in')
    await ik.axe()
    await ik.open(`${portal}/dossiers`)
    await ik.zie('Kies uw wachtwoord')
    await keys.type('Wachtwoord uit de brief', secret)
    await keys.type('Nieuw wachtwoord', 'Cordaan?2022')
    await keys.type('Herhaal het nieuwe wachtwoord', 'Cordaan?2022')
    await keys.follow('Wijzig wachtwoord')
    await ik.zie('geen van deze tekens: ? – nog niet in orde')
    await ik.axe()
    await keys.type('Wachtwoord uit de brief', secret)
    await keys.type('Nieuw wachtwoord', 'Cordaan!2022')
    await keys.type('Herhaal het nieuwe wachtwoord', 'Cordaan!2022')
    await keys.follow('Wijzig wachtwoord')
    await ik.zie('Mijn (contact)gegevens')
  })

  await test.step('C9 C10 C11: who goes away comes back to the contact data', async () => {
    await keys.follow('Uitloggen')
    await keys.type('Gebruikersnaam', who)
    await keys.type('Wachtwoord', 'Cordaan!2022')
    await keys.follow('Inloggen')
    await ik.vul(/^Huistelefoonnummer/, '038 123 45 67')
    await keys.follow('Opslaan')
    await ik.zie('Dit veld is verplicht.')
    await ik.axe()
    await keys.type('Email (Privé)', email)
    await keys.follow('Opslaan')
    await ik.zie('Log nu in met uw e-mailadres')
  })

  await test.step('C12 C58: log in with the address, and change the password', async () => {
    await ik.vul('Gebruikersnaam', email)
    await ik.vul('Wachtwoord', 'Cordaan!2022')
    await ik.druk('Inloggen')
    await ik.kop('Mijn gegevens')
    await ik.druk('Wachtwoord wijzigen')
    await ik.axe()
    await ik.vul('Huidig wachtwoord', 'Cordaan!2022')
    await ik.vul('Nieuw wachtwoord', 'Zonnebloem#1')
    await ik.vul('Herhaal het nieuwe wachtwoord', 'Zonnebloem#1')
    await ik.druk('Wijzig wachtwoord')
    await ik.zie('Uw wachtwoord is gewijzigd.')
    await desk.page.reload()
    await desk.zie('Gebruikt')
    await desk.axe()
    await desk.open(`${office}/clients`)
    await desk.druk('Brieven')
    await desk.druk(`mevrouw ${who}`)
    await desk.druk(`Nieuwe brief mevrouw ${who}`)
    await desk.zie('werkt dan niet meer')
    await desk.axe()
  })
  await staff.close()
})
