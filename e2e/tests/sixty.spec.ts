import type { Locator } from '@playwright/test'
import { enter } from '../sessions'
import { expect, test } from '../vocabulary'

// A form of sixty questions, filled in by whoever has nothing but what a screen reader says: the roles and
// the names of what is on the page.

type Answer = string | string[] | Record<string, string>

// ANSWERS are what is answered, by the words of the question: what is typed, what is chosen, what is ticked, or the fields of a name. With
// these nearly every condition of the form shows what it hides.
const ANSWERS: Record<string, Answer> = {
  'Voor wie vraagt u de kaart aan?': 'Voor iemand anders',
  'Naam van degene voor wie de kaart is': { Voornamen: 'Maria', Achternaam: 'de Wit' },
  'Geboortedatum': '3-4-1938',
  'Waarom mag u de aanvraag doen?': 'Als curator of mentor',
  'Welke kaart heeft u nodig?': 'Voor beide',
  'Heeft u al een kaart, of had u er een?': 'Ja',
  'Tot wanneer was die kaart geldig?': '1-2-2024',
  'Uw naam': 'Aylin Yilmaz',
  'Uw geboortedatum': '12-3-1970',
  'Uw e-mailadres': 'aylin.yilmaz@voorbeeld.example',
  'Uw telefoonnummer': '06 12345678',
  'Wanneer kunnen wij bellen?': 'In de middag',
  'Heeft u een tolk nodig?': 'Ja',
  'In welke taal?': 'Turks',
  'Heeft u een geldig rijbewijs?': 'Ja',
  'Tot wanneer is het geldig?': '1-6-2031',
  'Is uw auto aangepast?': 'Ja',
  'Wat is aangepast?': ['Gas en rem', 'Stoel of lift'],
  'Kenteken van de auto': 'X-123-YZ',
  'Hoe vaak per week rijdt u?': '4',
  'Verhuist u binnen een jaar?': 'Nee',
  'Wie rijdt u meestal?': 'Iemand anders',
  'Hoe heet deze persoon?': 'Kees Bakker',
  'Kunt u alleen wachten als de chauffeur parkeert?': 'Nee',
  'Waarom kunt u niet alleen wachten?': 'Dan raak ik de weg kwijt.',
  'Woont u in een instelling?': 'Ja',
  'Naam van de instelling': 'De Zonnehof',
  'Hoe ver kunt u lopen zonder te rusten?': 'Minder dan 50 meter',
  'Wat gebruikt u bij het lopen?': ['Een rollator', 'Een rolstoel'],
  'Hoeveel meter loopt u daarmee?': '40',
  'Wanneer gebruikt u de rolstoel?': 'Alleen buiten',
  'Kunt u een trap op?': 'Ja',
  'Hoe gaat dat?': 'Met hulp',
  'Hoeveel minuten kunt u staan?': '5',
  'Bent u het afgelopen jaar gevallen?': 'Ja',
  'Hoe vaak?': '2',
  'Waar heeft u last van?': ['Longen', 'Iets anders'],
  'Wat is dat andere?': 'Duizelig',
  'Gebruikt u zuurstof?': 'Ja',
  'Sinds wanneer heeft u deze klachten?': '1-1-2020',
  'Hoe gaat het nu?': 'Het wisselt',
  'Hoeveel slechte dagen heeft u per week?': '3',
  'Heeft u pijn?': 'Ja',
  'Welk cijfer geeft u de pijn, van 1 tot en met 10?': '6',
  'Vertel wat u niet kunt door uw klachten': 'Boodschappen doen en naar het ziekenhuis gaan.',
  'Naam van uw huisarts': 'dokter Smit',
  'Plaats van de huisarts': 'Waterland aan Zee',
  'Bent u onder behandeling in een ziekenhuis?': 'Ja',
  'Naam van de arts': 'dokter De Boer',
  'Ziekenhuis': 'Waterlandziekenhuis',
  'Laatste afspraak': '5-10-2026',
  'Gebruikt u medicijnen?': 'Ja',
  'Welke medicijnen?': 'Een pufje en een plaspil.',
  'Wacht u op een operatie?': 'Ja',
  'Wanneer is die?': '1-12-2030',
  'Mag onze arts informatie vragen aan uw artsen?': 'Ja',
  'Hoe wilt u de kaart krijgen?': 'Met de post',
  'Vraagt u ook een eigen parkeerplaats bij huis aan?': 'Ja',
  'Hoeveel meter is het van uw deur tot de dichtste parkeerplaats?': '120',
  'Wilt u nog iets zeggen?': 'Bel mij gerust.',
  'Verklaring': ['Ik heb alles naar waarheid ingevuld'],
}

// spoken is a question's words as they are read out: one that is not required says so.
const spoken = (words: string): RegExp => new RegExp(`^${words.replace(/[.?()]/g, '\\$&')}( · niet verplicht| \\(niet verplicht\\))?$`)

// give answers one question when it is on the page, and reports whether it was.
async function give(main: Locator, question: string, answer: Answer): Promise<boolean> {
  const name = spoken(question)
  const group = main.getByRole('group', { name })
  if (await group.count()) {
    if (typeof answer === 'string') await group.getByRole('radio', { name: answer, exact: true }).check()
    else if (Array.isArray(answer)) for (const one of answer) await group.getByRole('checkbox', { name: one, exact: true }).check()
    else for (const [field, text] of Object.entries(answer)) await group.getByRole('textbox', { name: spoken(field) }).fill(text)
    return true
  }
  const line = main.getByRole('textbox', { name })
  if (!(await line.count())) return false
  await line.fill(answer as string)
  return true
}

test('E5 N36: a form of sixty questions with conditions is filled in by what a screen reader says alone', { tag: '@once' }, async ({ ik, demo, context }) => {
  test.setTimeout(300_000)
  const address = await enter(context, demo, 'gemeente', 'client')
  await ik.open(`${address}/products`)
  const { page } = ik
  const main = page.getByRole('main')
  await page.getByRole('link', { name: 'Gehandicaptenparkeerkaart aanvragen' }).click()
  await page.getByRole('button', { name: /^(Beginnen|Verder gaan)$/ }).or(page.getByRole('link', { name: /^(Beginnen|Verder gaan)$/ })).click()

  const left = new Map(Object.entries(ANSWERS))
  const heading = main.getByRole('heading', { level: 1 })
  for (let turns = 0; (await heading.textContent()) !== 'Controleer uw antwoorden'; turns++) {
    expect(turns, `pages; not asked yet: ${[...left.keys()].join(' | ')}`).toBeLessThan(30)
    await ik.axe()
    // An answer can bring up a question above or below: whoever listens goes on until nothing is new.
    for (let given = true; given; ) {
      given = false
      for (const [question, answer] of left) {
        if (!(await give(main, question, answer))) continue
        left.delete(question)
        given = true
      }
      await page.waitForLoadState('networkidle')
    }
    await main.getByRole('button', { name: 'Volgende' }).click() // the same page comes back where an answer asks for more
  }
  expect([...left.keys()]).toEqual([])
  for (const words of ['Dan raak ik de weg kwijt.', 'Kees Bakker', 'dokter De Boer']) await expect(main.getByText(words)).toBeVisible()
  await ik.axe()
  await main.getByRole('button', { name: 'Versturen' }).click()
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('Gehandicaptenparkeerkaart aanvragen')
})
