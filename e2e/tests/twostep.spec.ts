import { look } from '../looks'
import { faceOf, totp } from '../demo'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// One person has a telephone, and a newer code ends an older one: so one way of looking says enough.
test('N42 N43 N44 N45 N46: a code by text message, an app beside it, and recovery codes', { tag: ['@once'] }, async ({ ik, demo, browser }) => {
  test.setTimeout(300_000)
  const { page } = ik
  const me = demo.tenant('notaris').logins.find((l) => l.mobile)
  if (!me?.mobile) throw new Error('nobody at notaris has a telephone')
  const portal = demo.tenant('notaris')[faceOf(me)]

  await test.step('N44: the code is asked after the password', async () => {
    const seen = demo.outbox.texts(me.mobile ?? '')
    await ik.open(`${portal}/login`)
    await ik.vul('E-mailadres', me.email)
    await ik.vul('Wachtwoord', me.password)
    await ik.druk('Inloggen')
    await page.waitForURL('**/login/code**')
    await look(ik)
    await page.locator('[name=code]').fill('000000')
    await page.locator('form[action="/login/code"] button[type=submit]').first().click()
    await ik.axe()
    await page.locator('[name=code]').fill(await demo.outbox.code(me.mobile ?? '', seen))
    await page.locator('form[action="/login/code"] button[type=submit]').first().click()
    await expect(page).not.toHaveURL(/login/)
  })

  await test.step('N42 N46: an app is linked, and the number can be another', async () => {
    await ik.open(`${portal}/profile`)
    await ik.zie('2-staps verificatie staat aan.')
    await ik.druk('App koppelen')
    await look(ik)
    const secret = (await page.locator('main').innerText()).match(/[A-Z2-7]{4}( [A-Z2-7]{4}){7}/)?.[0]
    if (!secret) throw new Error('the page does not tell the secret')
    await page.locator('[name=code]').fill(totp(secret))
    await ik.druk('Koppelen')
    await ik.zie('Uw app is gekoppeld.')
    await ik.open(`${portal}/profile/two-step/phone`)
    await look(ik)
    await page.locator('[name=phone]').fill('06 12345699')
    await page.locator('form[action="/profile/two-step/phone"] button[type=submit]').click()
    await page.waitForURL('**/two-step/phone/code')
    await look(ik)
  })

  await test.step('N43 N45 N46: recovery codes, and taking the app away', async () => {
    await ik.open(`${portal}/profile`)
    await ik.druk('Nieuwe herstelcodes maken')
    await ik.zie('Elke herstelcode werkt één keer.')
    await expect(page.locator('.codes li')).toHaveCount(10)
    await look(ik)
    await ik.open(`${portal}/profile`)
    await ik.druk('App verwijderen')
    await look(ik)
    await ik.druk('Verwijderen')
    await ik.zie('Het is verwijderd.')
  })

  await test.step('N44: where the office says so, one can ask to be called', async () => {
    const boss = await browser.newContext({ locale: 'nl-NL' })
    const office = await enter(boss, demo, 'notaris', 'administrator')
    const desk = new Visitor(await boss.newPage())
    await desk.open(`${office}/settings/sms`)
    await desk.page.getByLabel('wie daarom vraagt, wordt gebeld').check()
    await look(desk)
    await desk.druk('Opslaan')
    await boss.close()
    await page.context().clearCookies()
    await ik.open(`${portal}/login`)
    await ik.vul('E-mailadres', me.email)
    await ik.vul('Wachtwoord', me.password)
    await ik.druk('Inloggen')
    await expect(page.getByRole('button', { name: 'Bel mij met de code' })).toBeVisible()
    await look(ik)
    await ik.druk('Bel mij met de code')
    await ik.zie('Wacht een halve minuut')
    await look(ik)
  })

  await test.step('N46: the office can ask to drop the factors', async () => {
    const staff = await browser.newContext({ locale: 'nl-NL' })
    const office = await enter(staff, demo, 'notaris', 'handler')
    await page.context().clearCookies()
    await page.context().addCookies(await staff.cookies())
    await ik.open(`${office}/clients?q=Visser`)
    await page.getByRole('link', { name: /Visser/ }).first().click()
    await page.locator('a[href$="/reset"]').click()
    await look(ik)
    await ik.vul('Hoe weet u dat de klant het zelf vraagt?', 'Was op kantoor, paspoort gezien.')
    await ik.druk('Vraag een beheerder')
    await staff.close()
  })

  await test.step('N46: an administrator sees that it waits for him', async () => {
    const boss = await browser.newContext({ locale: 'nl-NL' })
    const office = await enter(boss, demo, 'notaris', 'administrator')
    await page.context().clearCookies()
    await page.context().addCookies(await boss.cookies())
    await ik.open(`${office}/`)
    await page.getByRole('link', { name: /wacht op een tweede persoon/ }).click()
    await ik.zie('Was op kantoor, paspoort gezien.')
    await look(ik)
    await boss.close()
  })
})
