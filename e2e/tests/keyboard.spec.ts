import { expect, test } from '../vocabulary'

test('N7 N10 N12 N13 N15 N28: by keyboard alone', async ({ ik, demo }, info) => {
  const { portal } = demo.tenant('notaris')
  const me = demo.login('notaris', 'client')
  const { keyboard } = ik.page
  const type = async (label: string, text: string) => {
    await ik.tabNaar(label)
    await keyboard.type(text)
  }
  const follow = async (name: string | RegExp) => {
    await ik.tabNaar(name)
    await keyboard.press('Enter')
  }

  await ik.open(portal)
  await type('E-mailadres', me.email)
  await type('Wachtwoord', me.password)
  await keyboard.press('Enter')
  await ik.zie('Wat is er nieuw')

  await ik.page.keyboard.press('Tab')
  await expect(ik.page.getByRole('link', { name: 'Direct naar de inhoud' })).toBeFocused()
  await keyboard.press('Enter')
  await follow(/^Dossiers/)
  await ik.kop('Dossiers')
  await type('Zoek op omschrijving of dossiernummer', '01483')
  await keyboard.press('Enter')
  await follow(/^Hypotheek Lindelaan 12/)
  await ik.kop('Hypotheek Lindelaan 12')
  await follow(/^Berichten/)
  await follow('Nieuw bericht')
  await type('Onderwerp', `Met het toetsenbord (${info.project.name})`)
  await type('Bericht', 'Alles gaat zonder muis.')
  await follow('Versturen')
  await ik.zie('Uw bericht is verzonden.')
  await ik.zie(`Met het toetsenbord (${info.project.name})`)
})
