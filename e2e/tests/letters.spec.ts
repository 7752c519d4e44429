import { readFileSync } from 'node:fs'
import { look } from '../looks'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

test('C6 A22: all letters that wait are printed as one file', { tag: '@phone' }, async ({ demo, browser }, info) => {
  test.slow()
  const { office } = demo.tenant('thuiszorg')
  const { viewport, locale, timezoneId } = info.project.use
  const staff = await browser.newContext({ viewport, locale, timezoneId, acceptDownloads: true })
  await enter(staff, demo, 'thuiszorg', 'handler')
  const desk = new Visitor(await staff.newPage())
  const who = `samen-${info.project.name}-${info.retry}`

  await test.step('two letters wait', async () => {
    for (const n of [1, 2]) {
      await desk.open(`${office}/clients/new`)
      await desk.vul('Naam', `mevrouw ${who}-${n}`)
      await desk.druk('Opslaan')
      await desk.vul(/^Gebruikersnaam/, `${who}-${n}`)
      await desk.druk('Account en brief maken')
      await desk.zie('De brief staat klaar om af te drukken.')
    }
    await look(desk)
  })

  await test.step('they are printed at once, and once more', async () => {
    for (const name of [/^Alle \d+ brieven afdrukken$/, /^De \d+ brieven van .* nog een keer afdrukken$/]) {
      const begun = desk.page.waitForEvent('download')
      await desk.druk(name)
      const paper = await begun
      expect(paper.suggestedFilename()).toMatch(/^Brieven .*\.pdf$/)
      expect(readFileSync(await paper.path(), 'latin1').slice(0, 5)).toBe('%PDF-')
      await desk.open(`${office}/letters`)
      await look(desk)
    }
  })
  await staff.close()
})
