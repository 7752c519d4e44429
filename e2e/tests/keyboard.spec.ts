import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { Keys } from '../keys'
import { passwordLink } from '../outbox'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(30_000, 'voordeur ')])
const REPLY = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(40_000, 'antwoord ')])

// fetched returns the bytes of the file that pressing a key brings.
async function fetched(page: Page, press: () => Promise<void>): Promise<Buffer> {
  const begun = page.waitForEvent('download')
  await press()
  return readFileSync(await (await begun).path())
}

test.describe('with scripts', { tag: '@js' }, () => {
  test('N1 N2 N3 N5 N6 N7 N10 N12 N15 N21 N26 N27 N29 N33 N53: from the first mail to the downloaded reply by keyboard alone', async ({
    ik,
    demo,
    browser,
  }, info) => {
    test.setTimeout(600_000)
    const { office } = demo.tenant('notaris')
    const who = `toets-${info.project.name}-${info.repeatEachIndex}-${info.retry}`
    const email = `${who}@post.example`
    const title = `Levering ${who}`
    const keys = new Keys(ik)
    const { viewport, locale, timezoneId } = info.project.use
    const staff = await browser.newContext({ viewport, locale, timezoneId })
    await enter(staff, demo, 'notaris', 'handler')
    const handler = new Visitor(await staff.newPage())
    const desk = new Keys(handler)

    await test.step('the office makes the client, the dossier, a document and a message', async () => {
      await handler.open(`${office}/clients/new`)
      await desk.type('Naam', `mevrouw ${who}`)
      await desk.follow('Opslaan')
      await desk.type('E-mailadres', email)
      await desk.follow('Uitnodigen')
      await handler.zie('De uitnodiging is verstuurd')

      await handler.open(`${office}/dossiers/new`)
      await desk.type('Dossiernummer', who)
      await desk.type('Omschrijving', title)
      await desk.tick(`mevrouw ${who}`)
      await desk.follow('Opslaan')
      await desk.follow('Publiceren')
      await handler.zie('Het dossier is nu zichtbaar voor de klant.')
      const dossier = handler.page.url()
      await desk.attach('Bestanden toevoegen', 'Concept akte.pdf', PDF)
      await desk.follow('Tonen op portaal Concept akte.pdf')
      await handler.zie('Het document is nu zichtbaar voor de klant.')
      await handler.open(`${dossier}/messages/new`)
      await desk.type('Onderwerp', 'Uw concept staat klaar')
      await desk.type('Bericht', 'Wilt u het concept lezen?')
      await handler.page.keyboard.press('Control+Enter')
      await handler.zie('Uw bericht is verzonden.')
    })

    const first = await demo.outbox.next(email)
    await test.step('three mails and a password', async () => {
      await ik.open(passwordLink(first))
      await keys.type('E-mailadres', email)
      await ik.page.keyboard.press('Enter')
      await ik.zie('Als dit e-mailadres bij ons bekend is')
      const second = await demo.outbox.next(email, [first])
      await ik.open(passwordLink(second))
      await keys.type('Wachtwoord', 'Abcdefg1')
      await keys.follow('Instellen wachtwoord')
      await ik.kop('Mijn gegevens')
      await demo.outbox.next(email, [first, second])
    })

    await test.step('out, and in again', async () => {
      if (info.project.use.isMobile) await openMenu(ik)
      await keys.follow('Uitloggen')
      await ik.zie('U bent uitgelogd.')
      await keys.type('E-mailadres', email)
      await keys.type('Wachtwoord', 'Abcdefg1')
      await ik.page.keyboard.press('Enter')
      await ik.zie('Wat is er nieuw')
    })

    await test.step('list, dossier, download', async () => {
      await ik.page.keyboard.press('Tab')
      await expect(ik.page.getByRole('link', { name: 'Direct naar de inhoud' })).toBeFocused()
      await ik.page.keyboard.press('Enter')
      await keys.follow(/^Dossiers/)
      await ik.kop('Dossiers')
      await keys.follow(title)
      await ik.kop(title)
      const got = await fetched(ik.page, () => keys.follow('Downloaden Concept akte.pdf'))
      expect(got.equals(PDF), 'the same bytes').toBe(true)
    })

    await test.step('read the message and answer with an attachment', async () => {
      await keys.follow(/^Berichten/)
      await keys.follow(/^Uw concept staat klaar/)
      await ik.zie('Wilt u het concept lezen?')
      await keys.type('Bericht', 'Zie mijn opmerkingen.')
      await keys.attach('Bijlagen', 'Opmerkingen.pdf', REPLY)
      await keys.follow('Versturen')
      await ik.zie('Uw bericht is verzonden.')
    })

    await test.step('the office reads the answer and has the same file', async () => {
      await handler.open(`${office}/dossiers?q=${who}`)
      await desk.follow(title)
      await handler.page.waitForURL('**/dossiers/*')
      await desk.follow(/^Re: Uw concept staat klaar/)
      await handler.zie('Zie mijn opmerkingen.')
      const got = await fetched(handler.page, () => desk.follow('Downloaden Opmerkingen.pdf'))
      expect(got.equals(REPLY), 'the same bytes').toBe(true)
    })
    await staff.close()
  })
})

test('E4 E5: from the e-loket before the log-in to the case by keyboard alone', { tag: '@once' }, async ({ ik, demo }) => {
  const { portal } = demo.tenant('gemeente')
  const me = demo.person('gemeente', 'portal', 1)
  const { page } = ik
  const keys = new Keys(ik)

  await test.step('find the product', async () => {
    await ik.open(portal)
    await keys.follow('Wat u kunt regelen')
    await ik.kop('Wat wilt u regelen?')
    await keys.type('Waar zoekt u naar?', 'afval op straat')
    await page.keyboard.press('Enter')
    await keys.follow('Iets melden op straat')
    await ik.zie('Wat u nodig heeft')
    await keys.follow('Beginnen')
  })

  await test.step('fill it in, page by page', async () => {
    await ik.kop('Wat is er aan de hand?')
    await keys.choose('Weg, stoep of fietspad', 'Afval')
    await keys.choose('Ja', 'Nee')
    await keys.follow('Volgende')
    await ik.zie(/^Vertel wat u ziet: /) // what is wrong is read first, and leads to its field
    await keys.follow(/^Vertel wat u ziet: /)
    await expect(page.getByLabel('Vertel wat u ziet')).toBeFocused()
    await page.keyboard.type('Er ligt een bank op de stoep.')
    await keys.follow('Volgende')
    await ik.kop('Waar is het?')
    await keys.choose('Met een adres in de buurt', 'Met een beschrijving')
    await keys.type('Beschrijf de plek', 'Voor het gemeentehuis.')
    await keys.follow('Volgende')
    await ik.kop('Hoe bereiken wij u?')
    await keys.choose('Ja', 'Nee')
    await keys.follow('Volgende')
  })

  await test.step('check it, log in and go on', async () => {
    await ik.kop('Controleer uw antwoorden')
    await ik.zie('Er ligt een bank op de stoep.')
    await keys.follow('Inloggen')
    await keys.type('E-mailadres', me.email)
    await keys.type('Wachtwoord', me.password)
    await page.keyboard.press('Enter')
    await ik.kop('Iets melden op straat')
    await keys.follow('Verder met wat ik invulde')
    await ik.kop('Controleer uw antwoorden')
    await ik.zie('Voor het gemeentehuis.')
  })

  await test.step('send it, and open the case', async () => {
    await keys.follow('Versturen')
    await ik.zie(/^Verstuurd\. Het nummer is \d{4}-\d{6}\./)
    await ik.kop('Iets melden op straat')
    const at = page.url()
    await keys.follow(/^Zaken/)
    await keys.follow(/^Iets melden op straat/)
    await page.waitForURL(at)
    await ik.kop('Iets melden op straat')
  })
})

test.describe('without scripts', { tag: '@nojs' }, () => {
  test('N7 N10 N12 N13 N15 N28: by keyboard alone', async ({ ik, demo }, info) => {
    const { portal } = demo.tenant('notaris')
    const me = demo.login('notaris', 'client')
    const keys = new Keys(ik)
    const subject = `Met het toetsenbord (${info.project.name})`
    await ik.open(portal)
    await keys.type('E-mailadres', me.email)
    await keys.type('Wachtwoord', me.password)
    await ik.page.keyboard.press('Enter')
    await ik.zie('Wat is er nieuw')
    await keys.follow(/^Dossiers/)
    await ik.kop('Dossiers')
    await keys.type('Zoek op omschrijving of dossiernummer', '01483')
    await ik.page.keyboard.press('Enter')
    await keys.follow(/^Hypotheek Lindelaan 12/)
    await ik.kop('Hypotheek Lindelaan 12')
    await keys.follow(/^Berichten/)
    await keys.follow('Nieuw bericht')
    await keys.type('Onderwerp', subject)
    await keys.type('Bericht', 'Alles gaat zonder muis.')
    await keys.follow('Versturen')
    await ik.zie('Uw bericht is verzonden.')
    await ik.zie(subject)
  })
})

// openMenu opens what is behind the word on a phone.
async function openMenu({ page }: Visitor): Promise<void> {
  const word = page.locator('details.menu summary')
  for (let presses = 0; presses < 10; presses++) {
    await page.keyboard.press('Tab')
    if ((await word.and(page.locator(':focus')).count()) > 0) break
  }
  await expect(word).toBeFocused()
  await page.keyboard.press('Enter')
}
