import { readFileSync } from 'node:fs'
import type { Browser, Page, TestInfo } from '@playwright/test'
import { attach } from '../attach'
import type { Demo } from '../demo'
import { passwordLink } from '../outbox'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// The notary's manual from the first mail to the downloaded reply, by an employee and a client who
// are two people in two browsers.

const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(70_000, 'voordeur ')])
const REPLY = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(90_000, 'antwoord ')])

async function office(browser: Browser, demo: Demo, info: TestInfo): Promise<Visitor> {
  const { viewport, locale, timezoneId, javaScriptEnabled } = info.project.use
  const context = await browser.newContext({ viewport, locale, timezoneId, javaScriptEnabled })
  await enter(context, demo, 'notaris', 'handler')
  return new Visitor(await context.newPage())
}

async function download(page: Page, name: string): Promise<{ file: string; bytes: Buffer }> {
  const begun = page.waitForEvent('download')
  await page.getByRole('link', { name: `Downloaden ${name}` }).click()
  const done = await begun
  return { file: done.suggestedFilename(), bytes: readFileSync(await done.path()) }
}

test('N1 N2 N3 N4 N5 N6 N7 N10 N11 N12 N15 N18 N21 N22 N23 N25 N26 N27 N33 N34 N53: from the first mail to the downloaded reply', async ({ ik, demo, browser }, info) => {
  test.slow() // it is the whole manual
  const { portal, office: kantoor } = demo.tenant('notaris')
  const who = `proef-${info.project.name}-${info.repeatEachIndex}-${info.retry}`
  const email = `${who}@post.example`
  const handler = await office(browser, demo, info)

  await test.step('N1: the office makes the client and invites', async () => {
    await handler.open(`${kantoor}/clients/new`)
    await handler.vul('Naam', `mevrouw ${who}`)
    await handler.druk('Opslaan')
    await handler.vul('E-mailadres', email)
    await handler.druk('Uitnodigen')
    await handler.zie('De uitnodiging is verstuurd')
    await handler.zie('Uitgenodigd')
  })

  const first = await demo.outbox.next(email)
  await test.step('N2 to N6: three mails and a password', async () => {
    await ik.open(passwordLink(first))
    await ik.zie('Vul uw e-mailadres in en klik op verstuur')
    await ik.vul('E-mailadres', email)
    await ik.druk('Verstuur')
    await ik.zie('Als dit e-mailadres bij ons bekend is')
    const second = await demo.outbox.next(email, [first])
    await ik.open(passwordLink(second))
    await ik.zie('Stel uw wachtwoord in a.u.b.')
    await ik.vul('Wachtwoord', 'abcdefg1')
    await ik.druk('Instellen wachtwoord')
    await ik.axe()
    await ik.vul('Wachtwoord', 'Abcdefg1')
    await ik.druk('Instellen wachtwoord')
    await ik.kop('Mijn gegevens')
    const third = await demo.outbox.next(email, [first, second])
    expect(third.text).not.toContain('Abcdefg1')
    await ik.page.goto(passwordLink(second)) // it answers 410
    await ik.zie('Deze link is niet (meer) geldig')
  })

  const title = `Aankoop ${who}`
  await test.step('the office makes and publishes a dossier with a document and a message', async () => {
    await handler.open(`${kantoor}/dossiers/new`)
    await handler.vul('Dossiernummer', who)
    await handler.vul('Omschrijving', title)
    await handler.vul('Zoek op naam of klantnummer', who)
    await handler.druk('Zoek')
    await handler.kies(`mevrouw ${who}`)
    await handler.kies('Voortgangslijst', 'Aankoop van een woning')
    await handler.druk('Opslaan')
    await handler.druk('Publiceren')
    await handler.zie('Het dossier is nu zichtbaar voor de klant.')
    const at = handler.page.url()
    await attach(handler, info, 'Bestanden toevoegen', 'Concept akte proef.pdf', PDF)
    if (info.project.use.javaScriptEnabled === false) await handler.druk('Toevoegen')
    await handler.zie('Concept akte proef.pdf')
    await handler.druk('Tonen op portaal Concept akte proef.pdf')
    await handler.zie('Het document is nu zichtbaar voor de klant.')
    await handler.open(`${at}/messages/new`)
    await handler.vul('Onderwerp', 'Uw concept staat klaar')
    await handler.vul('Bericht', 'Wilt u het concept lezen?')
    await handler.druk('Versturen')
    await handler.zie('Uw bericht is verzonden.')
  })

  await test.step('N10 to N22: Home, list, dossier, download', async () => {
    await ik.open(portal)
    await ik.zie('Uw concept staat klaar')
    await ik.zie('1 in behandeling, 1 totaal')
    await ik.open(`${portal}/dossiers`)
    await ik.druk(new RegExp(title))
    await ik.kop(title)
    await ik.zie('Voortgang (0/10)')
    await ik.geenOverloop()
    await ik.axe()
    await ik.zie('(1 nieuw)')
    const got = await download(ik.page, 'Concept akte proef.pdf')
    expect(got.file).toBe('Concept akte proef.pdf')
    expect(got.bytes.equals(PDF), 'the same bytes').toBe(true)
  })

  await test.step('N25 to N33: read the message and answer with an attachment', async () => {
    await ik.page.getByRole('link', { name: /^Berichten/ }).click()
    await ik.zie('Inkomend')
    await ik.druk(/^Uw concept staat klaar/)
    await ik.zie('Wilt u het concept lezen?')
    await ik.axe()
    await ik.vul('Bericht', 'Ik heb het gelezen. Zie mijn opmerkingen.')
    await attach(ik, info, 'Bijlagen', 'Opmerkingen.pdf', REPLY)
    await ik.druk('Versturen')
    await ik.zie('Uw bericht is verzonden.')
    await ik.zie('Uitgaand')
    await ik.page.getByRole('link', { name: /^Door mij aangeleverd/ }).click()
    await ik.zie('Opmerkingen.pdf')
  })

  await test.step('N33: the office sees the answer and has the same file', async () => {
    await handler.open(kantoor)
    await handler.page.locator('tr', { hasText: who }).getByRole('link', { name: /Uw concept staat klaar/ }).click()
    await handler.zie('Ik heb het gelezen. Zie mijn opmerkingen.')
    const got = await download(handler.page, 'Opmerkingen.pdf')
    expect(got.bytes.equals(REPLY), 'the same bytes').toBe(true)
  })

  await test.step('N53: out, and in again', async () => {
    await ik.open(portal)
    if (info.project.name === 'phone') await ik.page.getByText('Menu', { exact: true }).click()
    await ik.page.getByRole('button', { name: 'Uitloggen', exact: true }).filter({ visible: true }).click()
    await ik.zie('U bent uitgelogd.')
    await ik.open(`${portal}/dossiers`)
    await ik.vul('E-mailadres', email)
    await ik.vul('Wachtwoord', 'Abcdefg1')
    await ik.druk('Inloggen')
    await ik.kop('Dossiers')
  })
  await handler.page.context().close()
})
