import { look } from '../looks'
import { expect, test, type Visitor } from '../vocabulary'
import type { Demo } from '../demo'
import { enter } from '../sessions'

const number = '+31612345619'

// comeIn logs in as an account of the bakery, with the code that its owner gets.
async function comeIn(ik: Visitor, demo: Demo, email: string): Promise<string> {
  const { portal, logins } = demo.tenant('accountant')
  const me = logins.find((l) => l.email === email)
  if (!me) throw new Error(`the demo has no ${email}`)
  await ik.open(`${portal}/login`)
  await ik.vul('E-mailadres', me.email)
  await ik.vul('Wachtwoord', me.password)
  const seen = demo.outbox.texts(number)
  await ik.druk('Inloggen')
  if (me.mobile) {
    await ik.vul('Code', await demo.outbox.code(number, seen))
    await ik.druk('Inloggen')
  }
  return portal
}

test('A24 A26 A27 A28 A29 A32 A35: a client reads, agrees and confirms with a code by text message', { tag: '@phone' }, async ({ ik, demo }) => {
  test.slow()
  const portal = await comeIn(ik, demo, 'info@dekorenaar.example')
  await ik.zie('Geef antwoord: Jaarrekening 2025')
  await ik.open(`${portal}/approvals`)
  await look(ik)
  await ik.page.getByRole('link', { name: /Lees en geef antwoord.*Jaarrekening 2025/ }).click()
  await ik.zie('U heeft dit document hier nog niet geopend.')
  await look(ik)

  await ik.druk(/^Stuur een code naar/)
  await ik.zie('Kies „Akkoord” of „Niet akkoord”.')
  await look(ik)
  await ik.page.getByRole('radio', { name: /^Akkoord/ }).check()
  await ik.vul(/^Opmerking/, 'Alles klopt.')
  let seen = demo.outbox.texts(number)
  await ik.druk(/^Stuur een code naar/)
  await ik.zie('De sms is onderweg.')
  await expect(ik.page.getByRole('radio', { name: /^Akkoord/ })).toBeChecked()
  await expect(ik.page.getByLabel(/^Opmerking/)).toHaveValue('Alles klopt.')
  const code = await demo.outbox.code(number, seen)
  seen = demo.outbox.texts(number)
  expect(seen.at(-1)?.text).toContain("om akkoord te gaan met 'Jaarrekening 2025' van Bakkerij De Korenaar bv")
  await look(ik)

  await ik.vul('Code', code === '000000' ? '000001' : '000000')
  await ik.druk('Verstuur')
  await ik.zie('Deze code klopt niet, is verlopen of hoort bij een ander antwoord.')
  await expect(ik.page.getByLabel(/^Opmerking/)).toHaveValue('Alles klopt.')
  await look(ik)
  await ik.vul('Code', code)
  await ik.druk('Verstuur')
  await ik.zie('Het verzenden is geslaagd.')
  await ik.zie('verklaart akkoord te gaan met „Jaarrekening 2025”.')
  await ik.zie('Alles klopt.')
  await look(ik)
})

test('A24 A28 A32: by keyboard alone', { tag: '@once' }, async ({ ik, demo }) => {
  test.slow()
  const portal = await comeIn(ik, demo, 'info@dekorenaar.example')
  await ik.open(`${portal}/approvals`)
  const { page } = ik
  await page.getByRole('link', { name: /Lees en geef antwoord.*Belastingaangifte 2025/ }).focus()
  await page.keyboard.press('Enter')
  await ik.zie('Gaat u akkoord met dit document?')
  await page.getByRole('radio', { name: /^Akkoord/ }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: /^Niet akkoord/ })).toBeChecked()
  await page.keyboard.press('Tab')
  await page.keyboard.type('Het voorlopig betaalde bedrag klopt niet.')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await ik.zie('De sms is onderweg.')
  await page.getByLabel('Code', { exact: true }).focus()
  await page.keyboard.type('000000')
  await page.keyboard.press('Enter')
  await ik.zie('Deze code klopt niet')
  await expect(page.getByRole('radio', { name: /^Niet akkoord/ })).toBeChecked()
  await expect(page.getByLabel(/^Opmerking/)).toHaveValue('Het voorlopig betaalde bedrag klopt niet.')
  await look(ik)
})

test('A32: without a telephone a PIN is asked, and what was typed stays', async ({ ik, demo }) => {
  const portal = await comeIn(ik, demo, 'lotte@dekorenaar.example')
  await ik.open(`${portal}/approvals`)
  await ik.zie('Akkoord op')
  await ik.page.getByRole('link', { name: /Bekijk.*Jaarrekening 2024/ }).click()
  await ik.zie('Pincode uit een brief')
  await look(ik)
  await ik.open(`${portal}/approvals`)
  await ik.page.getByRole('link', { name: /Lees en geef antwoord.*Belastingaangifte 2025/ }).click()
  await ik.page.getByRole('radio', { name: /^Akkoord/ }).check()
  await ik.vul(/^Opmerking/, 'Nog niet.')
  await ik.vul('Pincode', '')
  await ik.druk('Verstuur')
  await expect(ik.page.getByRole('radio', { name: /^Akkoord/ })).toBeChecked()
  await expect(ik.page.getByLabel(/^Opmerking/)).toHaveValue('Nog niet.')
  await look(ik)
})

test('A26: the office offers a document, and sees what waits', async ({ ik, demo, context }) => {
  test.slow()
  const office = await enter(context, demo, 'accountant', 'administrator')
  await ik.open(`${office}/dossiers?q=2026-J-219`)
  const links = await ik.page.locator('main a').evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''))
  const dossier = links.find((href) => /^\/dossiers\/[a-z0-9]{26}$/.test(href)) ?? ''
  await ik.open(`${office}${dossier}`)
  const asked = await ik.page.locator(`main a[href^="${dossier}/approvals/"]`).first().getAttribute('href')
  for (const path of [`${dossier}/approvals/new`, asked ?? '', '/settings/signing']) {
    await ik.open(office + path)
    await look(ik)
  }
})
