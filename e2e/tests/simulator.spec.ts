import { look } from '../looks'
import { startSimulator, type Simulator } from '../simulator'
import { expect, test } from '../vocabulary'

// The page of the simulator of log-in services, which people see in the demo.
test.describe('the simulator', () => {
  // One each: a simulator knows the answer before.
  let simulator: Simulator
  test.beforeEach(async () => {
    simulator = await startSimulator()
  })
  test.afterEach(() => simulator.stop())

  for (const [provider, name] of [['digid', 'DigiD'], ['eherkenning', 'eHerkenning'], ['eidas', 'eIDAS'], ['entra', 'Microsoft Entra ID']] as const) {
    test(`${name} says that it is not real, and everybody can use its page`, async ({ ik }) => {
      await ik.open(simulator.question(provider))
      await ik.kop('Inloggen')
      await ik.zie(`SIMULATOR – geen echte ${name}`)
      await expect(ik.page).toHaveTitle(`Inloggen – SIMULATOR – geen echte ${name}`)
      await ik.page.getByText('Een verkeerd antwoord geven').click()
      await look(ik)
      await ik.druk('English')
      await ik.zie(`SIMULATOR – no real ${name}`)
      await look(ik)
      await ik.druk('Log in')
      await ik.zie('back with code iss state')
    })
  }

  test('one chooses who one is, is told what is missing, and can cancel', async ({ ik }) => {
    await ik.open(simulator.question('digid'))
    await ik.kies('Hendrik Veenstra – 999990020')
    await ik.kies('Hoe zeker', 'Midden')
    await ik.page.getByText('Een verkeerd antwoord geven').click()
    await ik.kies('Wat er mis is met het antwoord', 'Het is het vorige antwoord nog een keer')
    await ik.druk('Inloggen')
    await ik.kop('Inloggen')
    await ik.zie('Er is nog geen vorig antwoord')
    await look(ik)
    await expect(ik.page.getByRole('radio', { name: 'Hendrik Veenstra – 999990020' })).toBeChecked()
    await ik.druk('Annuleren')
    await ik.zie('back with error error_description iss state')
  })

  test('a stranger is sent nowhere', async ({ ik }) => {
    const answer = await ik.page.goto(simulator.question('digid', { client_id: 'nobody' }))
    expect(answer?.status()).toBe(400)
    await ik.kop('Dit verzoek kan niet worden behandeld')
    await look(ik)
  })

  test('a question that is wrong says why, and the first page who there is', async ({ ik }) => {
    const answer = await ik.page.goto(`${simulator.url}/saml/digid/sso`)
    expect(answer?.status()).toBe(400)
    await ik.zie('Het verzoek om in te loggen klopt niet')
    await look(ik)
    await ik.open(`${simulator.url}/`)
    await ik.kop('De simulator van inlogdiensten')
    await ik.zie('Aylin Yilmaz – 999990019')
    await look(ik)
  })

  test('it can be used by keyboard alone', { tag: '@once' }, async ({ ik }) => {
    await ik.open(simulator.question('digid'))
    await ik.tabNaar('Aylin Yilmaz – 999990019')
    await ik.page.keyboard.press('ArrowDown')
    await ik.page.keyboard.press('Enter')
    await ik.zie('back with code iss state')
  })
})
