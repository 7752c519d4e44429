import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test } from '../vocabulary'

// Several cases of the office's list at once: what will happen is read before it does.

test('D15 D22: the status of several cases, foretold and then set', async ({ ik, demo, context }, info) => {
  test.setTimeout(600_000)
  const office = await enter(context, demo, 'eloket', 'handler')
  await ik.open(`${office}/dossiers?filtered=1`)
  await look(ik)

  await test.step('nothing is chosen yet', async () => {
    await ik.druk('Status wijzigen')
    await ik.zie(/^U koos nog niets\./)
    await ik.druk('Terug naar de lijst')
  })

  if (info.project.use.javaScriptEnabled === false) {
    await ik.druk('Kies alles op deze pagina')
    await expect(ik.page.getByRole('checkbox', { name: /^Kies / }).first()).toBeChecked()
  } else {
    // By keyboard, and the page says how many.
    const all = ik.page.getByRole('checkbox', { name: 'Alles op deze pagina' })
    await all.focus()
    await ik.page.keyboard.press('Space')
    await expect(ik.page.getByText(/^\d+ gekozen$/)).toBeVisible()
    await ik.page.keyboard.press('Space')
    await expect(ik.page.getByText('niets gekozen')).toBeVisible()
    await ik.page.keyboard.press('Space')
  }
  await ik.druk('Status wijzigen')
  await ik.kop('Status wijzigen')
  await look(ik)
  await ik.druk('Bekijk wat er gebeurt')
  await ik.zie('Maak een keuze.')
  await ik.page.getByRole('radio', { name: 'In behandeling' }).check()
  await ik.vul(/^Toelichting bij de status/, 'Wij zijn begonnen.')
  await ik.druk('Bekijk wat er gebeurt')
  await ik.zie(/^Er is nog niets gewijzigd/)
  await ik.zie(/zaken veranderen niet$/)
  await look(ik)

  // Cases of other tests are left as they are: one alone gets another status, and once.
  if (info.project.name !== 'nojs') return
  await ik.open(`${office}/dossiers?filtered=1`)
  await ik.page.getByRole('checkbox', { name: 'Kies Uittreksel uit de Basisregistratie Personen' }).check()
  await ik.druk('Status wijzigen')
  await ik.page.getByRole('radio', { name: 'In behandeling' }).check()
  await ik.druk('Bekijk wat er gebeurt')
  await ik.zie('De klant ziet: „In behandeling”.')
  await ik.druk('Wijzig de status van 1 zaak')
  await ik.zie('De status van 1 zaak is gewijzigd.')
  await look(ik)
})
