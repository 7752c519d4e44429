import type { CDPSession, Page } from '@playwright/test'
import type { Login } from '../demo'
import { look } from '../looks'
import { bring, logIn } from '../sessions'
import { expect, test, type Visitor } from '../vocabulary'

test.use({ viewport: { width: 360, height: 740 } })

// One person has the authenticator, and a new passkey ends his other sessions: one way of looking says enough.
test('a passkey opens the portal at 360 px by keyboard, and nothing once it is removed', { tag: ['@js', '@once'] }, async ({ ik, demo, context }) => {
  test.setTimeout(300_000)
  const { page } = ik
  const me: Login = demo.person('eloket', 'portal', 1)
  const { portal } = demo.tenant('eloket')
  const key = await authenticator(page)
  await bring(context, portal, await logIn(portal, me))

  await test.step('one is made and gets a name', async () => {
    await ik.open(`${portal}/profile`)
    await ik.druk('Passkey toevoegen')
    await ik.kop('Passkey toevoegen')
    await look(ik)
    await key.refuse()
    await ik.druk('Passkey maken')
    await ik.zie('Er is geen passkey gemaakt.')
    await ik.axe()
    await key.agree()
    await ik.druk('Passkey maken')
    await ik.zie('Uw passkey is gemaakt.')
    await expect(page.locator('.codes li')).toHaveCount(10)
    await ik.open(`${portal}/profile/two-step/passkey`)
    await ik.druk('Passkey maken')
    await ik.zie('Op dit apparaat staat al een passkey van u.')

    await ik.open(`${portal}/profile`)
    await ik.zie('Nog niet gebruikt.')
    await look(ik)
    await page.getByRole('link', { name: /^Naam wijzigen/ }).click()
    await ik.kop('Naam wijzigen')
    await look(ik)
    await ik.vul('Naam van de passkey', '')
    await ik.druk('Opslaan')
    await ik.axe()
    await ik.vul('Naam van de passkey', 'Mijn telefoon')
    await ik.druk('Opslaan')
    await ik.zie('Mijn telefoon')
  })

  await test.step('he gets in with that alone, by keyboard; who says no, is told so', async () => {
    await context.clearCookies()
    await ik.open(`${portal}/login`)
    await key.refuse()
    await press(ik, 'Inloggen met een passkey')
    await ik.zie('Er is geen passkey gebruikt.')
    await look(ik)
    await key.agree()
    await press(ik, 'Inloggen met een passkey')
    await page.waitForURL(`${portal}/`)
  })

  await test.step('it stands for the code after the password, and proves it anew', async () => {
    await ik.open(`${portal}/confirm?next=%2Fprofile`)
    await look(ik)
    await ik.druk('Verder met passkey')
    await page.waitForURL('**/profile')
    await ik.zie('Laatst gebruikt op')
    await context.clearCookies()
    await ik.open(`${portal}/login`)
    await ik.vul('E-mailadres', me.email)
    await ik.vul('Wachtwoord', me.password)
    await ik.druk('Inloggen')
    await page.waitForURL('**/login/code**')
    await look(ik)
    await ik.druk('Verder met passkey')
    await page.waitForURL(`${portal}/`)
  })

  await test.step('no other address takes it', async () => {
    for (const other of [demo.tenant('eloket').office, demo.tenant('gemeente').portal]) {
      await ik.open(`${other}/login`)
      await ik.druk('Inloggen met een passkey')
      await ik.zie('Er is geen passkey gebruikt.')
      await expect(page).toHaveURL(`${other}/login`)
    }
  })

  await test.step('removed, it is refused', async () => {
    await ik.open(`${portal}/profile`)
    await page.getByRole('link', { name: /^Passkey verwijderen/ }).click()
    await ik.kop('Passkey verwijderen')
    await look(ik)
    await ik.druk('Verwijderen')
    await ik.zie('De passkey is verwijderd.')
    await context.clearCookies()
    await ik.open(`${portal}/login`)
    await ik.druk('Inloggen met een passkey')
    await ik.zie('Inloggen met deze passkey is niet gelukt.')
    await look(ik)
  })
})

// press goes to the button with Tab and presses Enter.
async function press(ik: Visitor, name: string): Promise<void> {
  await ik.tabNaar(name)
  await ik.page.keyboard.press('Enter')
}

// authenticator gives the browser one of its own, whose owner agrees or does not.
async function authenticator(page: Page): Promise<{ agree: () => Promise<void>; refuse: () => Promise<void> }> {
  const cdp: CDPSession = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  const verifies = async (isUserVerified: boolean) => {
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
  }
  return { agree: () => verifies(true), refuse: () => verifies(false) }
}
