import { attach } from '../attach'
import { look } from '../looks'
import { MALWARE } from '../scanner'
import { enter } from '../sessions'
import { expect, test, Visitor } from '../vocabulary'

// A file in which the scanner finds something: nobody opens it, everybody reads what became of it, and
// an administrator decides.
test('N29 N33: a file with a virus is stopped, and an administrator takes it away', async ({ ik, demo, browser }, info) => {
  test.slow()
  const { viewport, locale, timezoneId, javaScriptEnabled } = info.project.use
  const open = async (role: string): Promise<[Visitor, string]> => {
    const context = await browser.newContext({ viewport, locale, timezoneId, javaScriptEnabled })
    return [new Visitor(await context.newPage()), await enter(context, demo, 'notaris', role)]
  }
  const name = `besmet-${info.project.name}-${info.repeatEachIndex}-${info.retry}.pdf`
  const portal = await enter(ik.page.context(), demo, 'notaris', 'client')
  await ik.open(`${portal}/dossiers?q=2026-01483`)
  await ik.druk(/^Hypotheek Lindelaan 12/)
  const dossier = new URL(ik.page.url()).pathname
  const delivered = `${portal}${dossier}?tab=delivered`

  await test.step('the client sends it and reads that it was stopped', async () => {
    await ik.open(`${portal}${dossier}/messages/new`)
    await ik.vul('Onderwerp', name)
    await ik.vul('Bericht', 'Zie de bijlage.')
    await attach(ik, info, 'Bijlagen', name, Buffer.from(`%PDF-1.7\n${MALWARE}\n%%EOF\n`))
    await ik.druk('Versturen')
    await ik.zie('Uw bericht is verzonden.')
    const row = ik.page.locator('li', { hasText: name }).first()
    await expect(async () => {
      await ik.open(delivered)
      await expect(row).toContainText('Tegengehouden: in dit bestand zit misschien een virus.')
    }).toPass()
    await expect(row.getByRole('link')).toHaveCount(0)
    await look(ik)
  })

  await test.step('the handler reads who decides, and cannot open it', async () => {
    const [handler, office] = await open('handler')
    await handler.open(office + dossier)
    const row = handler.page.locator('li', { hasText: name }).first()
    await expect(row).toContainText('de virusscanner vond Voordeur.Test.')
    await expect(row.getByRole('link', { name: /Downloaden|Openen/ })).toHaveCount(0)
    await handler.page.context().close()
  })

  await test.step('one administrator proposes and does not confirm himself; one is enough to take it away', async () => {
    const [admin, office] = await open('administrator')
    await admin.open(`${office}/settings`)
    await admin.druk(/^Quarantaine/)
    await admin.kop('Quarantaine')
    await look(admin)
    await admin.page.locator('tr', { hasText: name }).getByRole('link').first().click()
    await look(admin)
    await admin.druk('Vrijgeven voorstellen')
    await expect(admin.page.getByRole('alert').first()).toBeVisible() // without a reason
    await look(admin)
    await admin.vul('Reden', 'Volgens de klant is het een scan van zijn eigen printer.')
    await admin.druk('Vrijgeven voorstellen')
    await admin.zie('Uw voorstel is bewaard. Een andere beheerder moet het bevestigen.')
    await admin.open(`${office}/settings/quarantine`)
    await admin.page.locator('tr', { hasText: name }).getByRole('link').first().click()
    await expect(admin.page.getByRole('button', { name: /^Vrijgeven/ })).toHaveCount(0)
    await admin.vul('Reden', 'Bij nader inzien toch niet.')
    await admin.druk('Weghalen')
    await admin.zie('Het bestand is weggehaald.')
    await admin.page.context().close()
  })

  await ik.open(delivered)
  await expect(ik.page.locator('li', { hasText: name }).first()).toContainText('Geweigerd: een beheerder heeft het weggehaald.')
})
