import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test } from '../vocabulary'

// The e-loket, from the catalogue to the case and to the administrator who makes its products.

test('E4 E5: a resident finds a product, fills it in, sends it and sees the case', async ({ ik, demo, context }) => {
  test.setTimeout(300_000)
  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/products`)
  await ik.kop('Wat wilt u regelen?')
  await look(ik)
  await ik.vul('Waar zoekt u naar?', 'LAMP kapot')
  await ik.druk('Zoek')
  await ik.zie(/^1 gevonden met/)
  await ik.druk('Iets melden op straat')
  await ik.zie('Wat u nodig heeft')
  await look(ik)
  await ik.druk(/^(Beginnen|Verder gaan)$/)
  await look(ik)
  const { page } = ik
  await page.getByRole('radio', { name: 'Afval' }).check()
  await page.getByRole('radio', { name: 'Nee' }).check()
  await ik.druk('Volgende')
  await ik.zie(/^Vertel wat u ziet: /)
  await look(ik)
  await ik.vul('Vertel wat u ziet', 'Er ligt een bank op de stoep.')
  await ik.druk('Volgende')
  await ik.kop('Waar is het?')

  // Half-way: it is found again among the cases.
  await ik.open(`${address}/dossiers`)
  await look(ik)
  await ik.druk('Verder gaan: Iets melden op straat')
  await page.getByRole('radio', { name: 'Met een beschrijving' }).check()
  await ik.druk('Volgende')
  await ik.vul(/^Beschrijf de plek/, 'Voor het gemeentehuis.')
  await ik.druk('Volgende')
  await page.getByRole('radio', { name: 'Nee' }).check()
  await ik.druk('Volgende')
  await ik.kop('Controleer uw antwoorden')
  await look(ik)
  await ik.druk('Versturen')
  await ik.zie(/^Verstuurd\. Het nummer is \d{4}-\d{6}\./)
  await ik.kop('Iets melden op straat')
  await look(ik)
})

test('E4: a visitor fills in before he logs in', async ({ ik, demo }) => {
  const address = demo.tenant('gemeente').portal
  await ik.open(`${address}/products`)
  await expect(ik.page.getByText('Boom kappen')).toHaveCount(0)
  await look(ik)
  await ik.druk('Iets melden op straat')
  await look(ik)
  await ik.druk('Beginnen')
  await look(ik)
  await ik.page.getByText('Stoppen of weggooien').click()
  await ik.druk('Weggooien')
  await ik.zie('Wat u had ingevuld, is weggegooid.')
})

test('E4: the administrator sees his products and mends one', async ({ ik, demo, context }) => {
  const address = await enter(context, demo, 'gemeente', 'administrator')
  await ik.open(`${address}/settings/products`)
  await look(ik)
  await ik.druk('Nieuw product')
  await look(ik)
  await ik.druk('Opslaan')
  await ik.zie(/Dit veld is verplicht/)
  await look(ik)
  await ik.open(`${address}/settings/products`)
  await ik.druk('Boom kappen, vergunning aanvragen')
  await look(ik)
  await ik.druk('Opslaan')
  await ik.zie('Het product is bewaard.')
})
