import { execFileSync } from 'node:child_process'
import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

test('N35 N36 N37 N38 N39 N40: a questionnaire, from sending to the PDF in the dossier', async ({
  ik,
  demo,
  browser,
  context,
}, info) => {
  test.slow()
  const { portal, office } = demo.tenant('notaris')
  const { viewport, locale, timezoneId } = info.project.use
  const staff = await browser.newContext({ viewport, locale, timezoneId })
  await enter(staff, demo, 'notaris', 'handler')
  await enter(context, demo, 'notaris', 'client')
  const desk = new Visitor(await staff.newPage())
  const answer = async (question: string, choice: string) =>
    ik.page.getByRole('group', { name: question }).getByLabel(choice, { exact: true }).check()
  let path = ''

  await test.step('N35: the office sends it', async () => {
    await desk.open(`${office}/dossiers?q=2026-01483`)
    await desk.druk('Hypotheek Lindelaan 12')
    await desk.druk('Vragenlijsten')
    await desk.kop('Vragenlijsten')
    await desk.kies('Vragenlijst', 'Koopovereenkomst woning')
    await desk.druk('Vragenlijst sturen')
    await desk.zie('De vragenlijst is gestuurd.')
    await look(desk)
    path = new URL((await desk.page.locator('table a').first().getAttribute('href')) ?? '', office).pathname
  })

  await test.step('N35 N36: it is among the actions, and begins', async () => {
    await ik.open(portal)
    await ik.zie('Wat u nog moet doen')
    await ik.page.getByRole('link', { name: /^Acties/ }).click()
    await ik.kop('Acties')
    await look(ik)
    await ik.page.locator(`a[href="${path}"]`).click()
    await ik.kop('Koper')
    await ik.zie('Ingevuld uit uw vorige vragenlijst.')
    await ik.axe()
    await ik.geenOverloop()
  })

  await test.step('N38: a question that was not answered keeps one on the page', async () => {
    await ik.druk('Volgende')
    await ik.kop('Koper')
    await ik.zie('Koopt u samen met iemand?: Maak een keuze.')
    await ik.axe()
    await answer('Koopt u samen met iemand?', 'Nee')
    await ik.druk('Volgende')
    await ik.kop('Getrouwd of niet')
  })

  await test.step('N37 N38: leaving does not save this page, and keeps the one before', async () => {
    await answer('Bent u getrouwd', 'Nee')
    await ik.open(portal)
    await ik.open(portal + path)
    await ik.kop('Getrouwd of niet')
    await expect(ik.page.getByRole('radio', { checked: true })).toHaveCount(0)
    await ik.druk('Vorige')
    await ik.kop('Koper')
    await expect(ik.page.getByLabel('Achternaam')).toHaveValue('Wit')
    await ik.open(portal + path)
    await answer('Bent u getrouwd', 'Nee')
    await ik.druk('Volgende')
    await ik.kop('De woning')
  })

  await test.step('an answer shows what follows from it', async () => {
    await ik.vul('Straat', 'Prinsenkade')
    await ik.vul('Huisnummer', '7')
    await ik.vul('Postcode', '3512cc')
    await ik.vul('Plaats', 'Utrecht')
    await answer('Wat voor woning is het?', 'Een appartement')
    const owners = ik.page.getByLabel(/^Naam van de vereniging van eigenaars/)
    if (info.project.use.javaScriptEnabled !== false) {
      // Where scripts run it comes at once, goes with another answer, and still has what was typed when it comes back.
      await owners.fill('VvE Prinsenkade')
      await expect(ik.page.getByRole('status').filter({ hasText: 'Er is bij gekomen: Naam van de vereniging' })).toBeAttached()
      await answer('Wat voor woning is het?', 'Een huis')
      await expect(owners).toHaveCount(0)
      await answer('Wat voor woning is het?', 'Een appartement')
      await expect(owners).toHaveValue('VvE Prinsenkade')
      await expect(ik.page.getByLabel('Straat')).toHaveValue('Prinsenkade')
      await expect(ik.page.getByRole('radio', { name: 'Een appartement' })).toBeFocused()
    }
    await answer('Staat de woning op erfpacht?', 'Nee')
    const day = new Date(Date.now() + 30 * 86_400_000)
    await ik.vul(/^Wanneer krijgt u de sleutel/, `${day.getDate()}-${day.getMonth() + 1}-${day.getFullYear()}`)
    await answer('Gaat u er zelf wonen?', 'Ja')
    await ik.druk('Volgende')
    if (info.project.use.javaScriptEnabled === false) {
      await ik.zie('Door uw antwoord zijn er vragen bij gekomen:')
      await look(ik)
      await ik.druk('Naam van de vereniging van eigenaars (VvE)')
      await owners.fill('VvE Prinsenkade')
      await ik.druk('Volgende')
    }
    await ik.kop('Prijs en betaling')
    await ik.vul(/^Koopprijs/, '€ 412.500')
    if (info.project.use.javaScriptEnabled === false) await answer('Neemt u een hypotheek?', 'Nee')
    else {
      // The page changes while a button is pressed: what was clicked is chosen all the same.
      const no = ik.page.getByRole('group', { name: 'Neemt u een hypotheek?' }).getByLabel('Nee', { exact: true })
      await no.hover()
      const looked = ik.page.waitForResponse((r) => r.request().method() === 'POST')
      await ik.page.mouse.down()
      await (await looked).finished()
      await ik.page.mouse.up()
      await expect(no).toBeChecked()
    }
    await ik.druk('Volgende')
    await ik.kop('Bijlagen en verklaring')
    await ik.page.getByLabel('Ik heb alles naar waarheid ingevuld.').check()
    await ik.druk('Volgende')
  })

  await test.step('the summary leads back to a page and forth again', async () => {
    await ik.kop('Controleer uw antwoorden')
    await ik.zie('€ 412.500,00')
    await ik.zie('3512 CC Utrecht')
    await ik.axe()
    await ik.geenOverloop()
    await ik.page.getByRole('link', { name: /^Wijzig\s*Prijs en betaling/ }).click()
    await ik.vul(/^Koopprijs/, '410.000')
    await ik.druk('Volgende')
    await ik.kop('Controleer uw antwoorden')
    await ik.zie('€ 410.000,00')
  })

  await test.step('N39 N40: the result, and its PDF', async () => {
    await ik.druk('Voltooien')
    await ik.zie('De vragenlijst is voltooid.')
    await ik.zie('€ 410.000,00')
    await ik.axe()
    await expect(async () => {
      await ik.open(`${portal}${path.replace(/\/questionnaires.*/, '')}?tab=delivered`)
      await expect(ik.page.getByRole('link', { name: /^Downloaden\s*Koopovereenkomst woning/ }).first()).toBeVisible({
        timeout: 1000,
      })
    }).toPass({ timeout: 30_000 })
    const begun = ik.page.waitForEvent('download')
    await ik.page
      .getByRole('link', { name: /^Downloaden\s*Koopovereenkomst woning/ })
      .first()
      .click()
    const file = await (await begun).path()
    const text = execFileSync('pdfinfo', ['-struct-text', file], { encoding: 'utf8' })
    for (const want of ['H1', 'Koopovereenkomst woning', 'H2', 'Prijs en betaling', '€ 410.000,00'])
      expect(text).toContain(want)
  })

  await test.step('N39: the office reads the answers', async () => {
    await desk.open(office + path)
    await desk.zie('€ 410.000,00')
    await look(desk)
  })
  await staff.close()
})
