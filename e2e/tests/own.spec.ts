import { faceOf, type Login } from '../demo'
import { look } from '../looks'
import { bring, enter, logIn } from '../sessions'
import { expect, test } from '../vocabulary'

// What the owner of an account does with it himself. Whoever ends all his other sessions has an account
// that no other test uses.
const alone: Record<string, [string, number]> = { phone: ['accountant', 2], desktop: ['accountant', 3], nojs: ['thuiszorg', 1] }

test('A12 D11 E7 E27: where one is logged in, proof of who one is, and a new address and number', async ({ ik, demo, context }, info) => {
  test.setTimeout(300_000)
  const [tenant, n] = alone[info.project.name] ?? ['accountant', 2]
  const me: Login = demo.person(tenant, 'portal', n)
  const portal = demo.tenant(tenant)[faceOf(me)]
  await logIn(portal, me)
  await bring(context, portal, await logIn(portal, me))

  await ik.open(`${portal}/profile`)
  await ik.druk('Bekijk waar u bent ingelogd')
  await ik.kop('Waar u bent ingelogd')
  await ik.zie('Hier bent u nu')
  await look(ik)
  await ik.druk('Overal elders uitloggen')
  await ik.zie('U bent overal elders uitgelogd.')
  await ik.zie('U bent nergens anders ingelogd.')

  await ik.open(`${portal}/confirm?next=%2Fprofile`)
  await look(ik)
  await ik.vul('Wachtwoord', 'Fout12345')
  await ik.druk('Verder')
  await ik.zie('Uw wachtwoord is niet juist.')
  await ik.axe()
  await ik.vul('Wachtwoord', me.password)
  await ik.druk('Verder')
  await ik.kop('Mijn gegevens')

  const fresh = `nieuw-${info.project.name}-${info.repeatEachIndex}-${info.retry}@post.example`
  await ik.vul(/^Telefoonnummer/, '12')
  await ik.page.locator('#contact').getByRole('button', { name: 'Opslaan' }).click()
  await ik.zie('Vul een geldig telefoonnummer in.')
  await ik.axe()
  await ik.vul(/^Telefoonnummer/, '06 12345678')
  await ik.vul('E-mailadres', fresh)
  await ik.page.locator('#contact').getByRole('button', { name: 'Opslaan' }).click()
  await ik.zie('Wij hebben een e-mail gestuurd naar uw nieuwe adres.')
  await ik.zie(`Wacht op bevestiging: ${fresh}.`)
  await expect(ik.page.getByLabel(/^Telefoonnummer/)).toHaveValue('06 12345678')
  await expect(ik.page.getByLabel('E-mailadres')).toHaveValue(me.email)
  await ik.axe()
  const link = (await demo.outbox.next(fresh)).links.find((l) => l.includes('/email/')) ?? ''
  await ik.open(link)
  await ik.zie(fresh)
  await look(ik)
})

test('a session that is about to end says so, and goes on with one press', { tag: ['@js', '@once'] }, async ({ ik, demo, context }) => {
  const { page } = ik
  await page.clock.install()
  const portal = await enter(context, demo, 'notaris', 'client')
  const left = (seconds: number, inAll: number) => page.route('**/session/left', (r) => r.fulfill({ json: { left: seconds, in_all: inAll } }), { times: 1 })
  const dialog = page.getByRole('alertdialog', { name: 'Bent u er nog?' })
  const stay = dialog.getByRole('button', { name: 'Ingelogd blijven' })

  await ik.open(`${portal}/profile`)
  await page.getByLabel(/^Telefoonnummer/).fill('06 1234')
  await left(115, 30_000)
  await page.clock.fastForward('29:00')
  await expect(dialog).toBeVisible()
  await expect(stay).toBeFocused()
  await ik.zie('omdat u een tijd niets heeft gedaan')
  await ik.axe()
  const asked = page.waitForResponse('**/session/stay')
  await page.keyboard.press('Enter')
  expect((await asked).status()).toBe(200)
  await expect(dialog).toBeHidden()
  await expect(page.getByLabel(/^Telefoonnummer/)).toHaveValue('06 1234')

  await left(100, 100)
  await page.clock.fastForward('29:00')
  await ik.zie('omdat u al lang bent ingelogd')
  await expect(stay).toBeHidden()
  await page.route('**/session/left', (r) => r.fulfill({ status: 401, json: {} }))
  await page.clock.fastForward('02:00')
  await ik.zie('Wat u op deze pagina heeft getypt, staat er nog.')
  await ik.axe()
  await dialog.getByRole('button', { name: 'Sluiten' }).click()
  await expect(page.getByLabel(/^Telefoonnummer/)).toHaveValue('06 1234')
})
