import type { Demo, Login } from '../demo'
import { look } from '../looks'
import { bring, enter, logIn } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// The demo has three cases whose term is over: each kind of browser destroys one of them, for it can be done but once.
const CASES: Record<string, string> = { phone: 'Z-2026-0007', desktop: 'Z-2026-0008', nojs: 'Z-2026-0009' }

const loginOf = (demo: Demo, email: string): Login => {
  const found = demo.tenant('gemeente').logins.find((l) => l.email.startsWith(email))
  if (found === undefined) throw new Error(`nobody is ${email}`)
  return found
}

test('one administrator proposes to destroy a case whose term is over, another one decides', async ({ ik, demo, browser }, info) => {
  test.slow()
  const number = CASES[info.project.name]
  test.skip(number === undefined, 'has no case of its own')
  const { viewport, locale, timezoneId, javaScriptEnabled } = info.project.use
  const { portal, office } = demo.tenant('gemeente')
  await enter(ik.page.context(), demo, 'gemeente', 'administrator')

  const client = new Visitor(await (await browser.newContext({ viewport, locale, timezoneId, javaScriptEnabled })).newPage())
  await bring(client.page.context(), portal, await logIn(portal, loginOf(demo, 'b.hoekstra@')))
  await client.open(`${portal}/dossiers?status=opgelost`)

  let proposal = ''
  let dossier = ''
  await test.step('he finds it, forgets the reason, and proposes', async () => {
    await ik.open(`${office}/settings`)
    await ik.druk(/^Bewaartermijnen/)
    await ik.kop('Bewaartermijnen')
    await look(ik)
    dossier = (await ik.page.getByRole('link', { name: `Bekijk zaak ${number}` }).getAttribute('href')) ?? ''
    await ik.page.getByRole('checkbox', { name: new RegExp(number ?? '') }).check()
    await ik.druk('Vernietigen voorstellen')
    await expect(ik.page.getByRole('alert').first()).toBeVisible()
    await expect(ik.page.getByRole('checkbox', { name: new RegExp(number ?? '') })).toBeChecked()
    await look(ik)
    await ik.vul('Reden', 'De bewaartermijn is voorbij.')
    await ik.druk('Vernietigen voorstellen')
    await ik.zie('Uw voorstel is bewaard. Een andere beheerder beslist.')
    proposal = new URL(ik.page.url()).pathname
    await expect(ik.page.getByRole('button', { name: /vernietigen$/ })).toHaveCount(0)
    await look(ik)
  })

  await test.step('it can be put on hold, and that can be lifted', async () => {
    await ik.open(`${office}${dossier}`)
    await ik.druk('Vernietiging opschorten')
    await look(ik)
    await ik.vul('Reden', 'Er is een bezwaar.')
    await ik.druk('Opschorten')
    await ik.zie('De vernietiging is opgeschort.')
    await ik.druk('Opschorting bekijken of opheffen')
    await ik.vul('Reden', 'Het bezwaar is ingetrokken.')
    await ik.druk('Opschorting opheffen')
    await ik.zie('De opschorting is opgeheven.')
  })

  await test.step('another one agrees', async () => {
    const second = new Visitor(await (await browser.newContext({ viewport, locale, timezoneId, javaScriptEnabled })).newPage())
    await bring(second.page.context(), office, await logIn(office, loginOf(demo, 'beheer2@')))
    await second.open(`${office}${proposal}`)
    await look(second)
    await second.vul('Reden', 'Akkoord, volgens de selectielijst.')
    await second.druk('1 zaak vernietigen')
    await second.zie('Het besluit is uitgevoerd.')
    await look(second)
    const [paper] = await Promise.all([second.page.waitForEvent('download'), second.druk('Verklaring van vernietiging')])
    expect(paper.suggestedFilename()).toMatch(/^Verklaring van vernietiging .*\.pdf$/)
    await second.open(`${office}/settings/retention/destroyed`)
    await second.zie(number ?? '')
    await look(second)
    await second.page.context().close()
  })

  await test.step('after it there is nothing, for anybody', async () => {
    for (const [visitor, url] of [
      [ik, office],
      [client, portal],
    ] as const) {
      const answer = await visitor.page.goto(`${url}${dossier}`)
      expect(answer?.status()).toBe(404)
    }
    await client.page.context().close()
  })
})
