import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'
import { look } from '../looks'

const root = join(import.meta.dirname, '../..')
const photo = (name: string, mimeType: string, file: string) => ({ name, mimeType, buffer: readFileSync(join(root, file)) })
const HEIC = photo('IMG_0001.HEIC', 'image/heic', 'internal/heic/heictest/turned.heic')
const WEBP = photo('zijkant.webp', 'image/webp', 'internal/picture/testdata/corner.webp')
const BROKEN = { ...WEBP, name: 'achterkant.webp', buffer: WEBP.buffer.subarray(0, 520) }

test('E13 E22: three photos of a telephone become one pdf, and a bad one is named', { tag: '@phone' }, async ({ ik, demo, browser, context }) => {
  test.setTimeout(600_000)
  const desk = new Visitor(await (await browser.newContext({ locale: 'nl-NL', timezoneId: 'Europe/Amsterdam' })).newPage())
  const office = await enter(desk.page.context(), demo, 'gemeente', 'handler')
  await desk.open(`${office}/dossiers/new`)
  await desk.druk('Omgevingsvergunning')
  await desk.vul('Zaaknummer', 'F-1')
  await desk.vul('Omschrijving', 'Schuur met foto')
  await desk.kies(/Yilmaz/)
  await desk.druk('Opslaan')
  await desk.druk('Publiceren')
  await desk.druk('Vraag om stukken')
  await desk.vul('Uiterlijk op welke dag?', new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10))
  await desk.page.locator('[name="item.1.name"]').fill("Foto's van de schuur")
  await desk.druk('Verstuur')
  await desk.zie('Verstuurd. De klant ziet nu wat u nodig heeft.')
  const path = new URL(desk.page.url()).pathname

  const need = ik.page.getByRole('listitem').filter({ has: ik.page.getByText("Foto's van de schuur", { exact: true }) })
  const choose = async (files: (typeof WEBP)[]) => {
    await ik.druk('Bestand kiezen')
    const chooser = ik.page.waitForEvent('filechooser')
    await ik.druk('Bladeren')
    await (await chooser).setFiles(files)
    await ik.druk(/^Upload \d/)
    await expect(ik.page.getByRole('dialog')).toBeHidden()
  }

  await test.step('the resident adds three, and hands in', async () => {
    await ik.open(`${await enter(context, demo, 'gemeente', 'client')}${path}`)
    await ik.druk(/^Geef antwoord/)
    await choose([HEIC, WEBP, BROKEN])
    await expect(ik.page.getByRole('checkbox', { name: 'Maak er één pdf van' })).toBeChecked()
    await look(ik)
    await ik.druk('Bewaar')
    await expect(need).toContainText("Deze 3 foto's worden samen één pdf.")
    await look(ik)
    await ik.druk('Inleveren')
    await ik.zie(/^Ingeleverd\. Wij kijken ernaar/)
  })

  await test.step('the bad one is named, and mended', async () => {
    await expect(async () => {
      await ik.page.reload()
      await expect(need).toContainText('„achterkant.webp” kunnen wij niet gebruiken: de foto is beschadigd', { timeout: 1000 })
    }).toPass({ timeout: 60_000 })
    await look(ik)
    await ik.druk(/^Verbeter/)
    await ik.zie('zijkant.webp')
    await choose([{ ...WEBP, name: 'achterkant.webp' }])
    await ik.druk('Bewaar')
    await expect(need).toContainText("Deze 3 foto's worden samen één pdf.")
    await ik.druk('Inleveren')
    await ik.zie(/^Ingeleverd\. Wij kijken ernaar/)
  })

  await test.step('the office gets one pdf', async () => {
    await desk.open(`${office}${path}`)
    await desk.druk(/^Beoordeel/)
    const files = desk.page.getByRole('listitem').filter({ hasText: "Foto's van de schuur.pdf" })
    await expect(async () => {
      await desk.page.reload()
      await expect(files.getByRole('link', { name: /^Downloaden/ })).toBeVisible({ timeout: 1000 })
    }).toPass({ timeout: 60_000 })
    const download = desk.page.waitForEvent('download')
    await files.getByRole('link', { name: /^Downloaden/ }).click()
    const pdf = readFileSync(await (await download).path())
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.toString('latin1').match(/\/DCTDecode/g)).toHaveLength(3)
    await expect(desk.page.getByText('IMG_0001')).toHaveCount(0)
  })
})
