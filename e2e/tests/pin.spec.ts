import { execFileSync } from 'node:child_process'
import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// pinOf reads a printed letter as its receiver does.
function pinOf(paper: string): string {
  const text = execFileSync('pdftotext', ['-layout', paper, '-'], { encoding: 'utf8' })
  const found = /Pincode\s+(\d{4} \d{4})/.exec(text)?.[1]
  if (!found) throw new Error(`no PIN in the letter:\n${text}`)
  return found
}

test('A15 A22 A23 A25: an address is given, and a telephone linked with the PIN of a letter', { tag: '@phone' }, async ({ ik, demo, browser }, info) => {
  test.slow()
  const { portal, office } = demo.tenant('accountant')
  const { viewport, locale, timezoneId } = info.project.use
  const staff = await browser.newContext({ viewport, locale, timezoneId, acceptDownloads: true })
  await enter(staff, demo, 'accountant', 'handler')
  const desk = new Visitor(await staff.newPage())
  let pin = ''

  await test.step('A22: the office makes the letter and prints it', async () => {
    await desk.open(`${office}/clients?q=Mol`)
    await desk.page.getByRole('link', { name: /Tuinen van Mol/ }).first().click()
    await desk.druk('Brief met pincode Tuinen van Mol vof')
    await look(desk)
    await desk.vul(/^Adres op de brief/, 'Dijkweg 3\n5391 AA Nuland')
    await desk.druk('Nieuwe brief maken')
    await desk.zie('De brief staat klaar om af te drukken.')
    await look(desk)
    const begun = desk.page.waitForEvent('download')
    await desk.druk('Afdrukken Tuinen van Mol vof')
    pin = pinOf(await (await begun).path())
  })

  await test.step('A22: the client links a telephone with it', async () => {
    const me = demo.tenant('accountant').logins.find((l) => l.email === 'kantoor@tuinenvanmol.example')
    if (!me) throw new Error('the demo has no Tuinen van Mol')
    await ik.open(`${portal}/login`)
    await ik.vul('E-mailadres', me.email)
    await ik.vul('Wachtwoord', me.password)
    await ik.druk('Inloggen')
    await ik.open(`${portal}/profile/address`) // A15: the accountant's clients alone give one
    await ik.vul('Straat en huisnummer', 'Dijkweg 3')
    await ik.vul('Postcode', '12AB')
    await ik.druk('Opslaan')
    await look(ik)
    await ik.vul('Postcode', '5391 AA')
    await ik.vul('Woonplaats', 'Nuland')
    await ik.druk('Opslaan')
    await ik.zie('Dijkweg 3, 5391 AA')
    await ik.druk('PIN & SMS')
    await look(ik)
    await ik.vul('Mobiel nummer', '06 12345671')
    await ik.vul('Pincode', '0000 0000')
    await ik.druk('Stuur een code')
    await ik.zie('Deze pincode klopt niet of werkt niet meer.')
    await expect(ik.page.getByLabel('Mobiel nummer')).toHaveValue('06 12345671')
    await look(ik)
    await ik.vul('Pincode', pin)
    const seen = demo.outbox.texts('+31612345671')
    await ik.druk('Stuur een code')
    await ik.vul('Code', await demo.outbox.code('+31612345671', seen))
    await ik.druk('Koppelen')
    await ik.zie('herstelcode')
    await ik.open(`${portal}/profile/pin`)
    await ik.zie('Nu gekoppeld')
    await look(ik)
  })
  await staff.close()
})
