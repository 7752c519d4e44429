import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { Demo } from '../demo'
import { enter } from '../sessions'
import { expect, test, type Visitor } from '../vocabulary'

interface Chosen {
  name: string
  mimeType: string
  buffer: Buffer
}

// pdf is a file of that many bytes which is no other's.
function pdf(name: string, bytes = 2000): Chosen {
  const buffer = Buffer.alloc(bytes, `${name} `)
  buffer.write('%PDF-1.7\n')
  return { name, mimeType: 'application/pdf', buffer }
}

// schrijf logs the client in and opens the form of a new letter; it returns the dossier's address.
async function schrijf(ik: Visitor, demo: Demo): Promise<string> {
  const { email, password } = demo.login('notaris', 'client')
  await ik.open(`${demo.tenant('notaris').portal}/dossiers?q=01483`)
  await ik.vul('E-mailadres', email)
  await ik.vul('Wachtwoord', password)
  await ik.druk('Inloggen')
  await ik.druk(/^Hypotheek Lindelaan 12/)
  await ik.kop('Hypotheek Lindelaan 12')
  const dossier = ik.page.url().split('?')[0] ?? ''
  await ik.open(`${dossier}/messages/new`)
  return dossier
}

// blader chooses files with the button of this name.
async function blader(page: Page, button: string, files: Chosen[] | string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: button, exact: true }).click()
  await (await chooser).setFiles(files)
}

// sleep drags files onto the dialog and lets go.
async function sleep(page: Page, files: Chosen[]): Promise<void> {
  const plain = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString('base64') }))
  await page.getByRole('dialog').evaluate((dialog, list) => {
    const dataTransfer = new DataTransfer()
    for (const { name, mimeType, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
      dataTransfer.items.add(new File([bytes], name, { type: mimeType }))
    }
    for (const type of ['dragover', 'drop']) {
      dialog.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
    }
  }, plain)
}

// aangekondigd collects the addresses of the uploads that begin at the server.
function aangekondigd(page: Page): string[] {
  const urls: string[] = []
  page.on('response', (answer) => {
    const at = answer.headers()['location']
    if (answer.request().method() === 'POST' && answer.status() === 201 && at) urls.push(at)
  })
  return urls
}

// status asks for an upload with the visitor's own session.
function status(page: Page, url: string): Promise<number> {
  return page.evaluate(
    async (at) => (await fetch(at, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } })).status,
    url,
  )
}

const chosen = (page: Page) => page.getByRole('dialog').getByRole('listitem')
const rows = (page: Page) => page.locator('form').getByRole('listitem')

test.describe('in the dialog', { tag: '@js' }, () => {
  test('N29: files are chosen by browsing and by dragging; what cannot come is named, the others stay', async ({
    ik,
    demo,
  }) => {
    const { page } = ik
    await schrijf(ik, demo)
    await ik.druk('Bijlagen')
    await expect(page.getByRole('dialog', { name: 'Bestanden toevoegen' })).toBeVisible()
    await ik.axe()

    await blader(page, 'Bladeren', [pdf('bladeren-1.pdf'), pdf('bladeren-2.pdf')])
    await sleep(page, [pdf('slepen.pdf'), pdf('virus.exe'), { ...pdf('leeg.pdf'), buffer: Buffer.alloc(0) }])
    await expect(chosen(page)).toHaveCount(3)
    for (const name of ['bladeren-1.pdf', 'bladeren-2.pdf', 'slepen.pdf']) {
      await expect(chosen(page).filter({ hasText: name })).toContainText('staat klaar')
    }
    const problems = page.getByRole('dialog').getByRole('alert')
    await expect(problems).toContainText('virus.exe: Dit bestandstype is niet toegestaan.')
    await expect(problems).toContainText('leeg.pdf: Dit bestand is leeg.')
    await ik.axe()
    await ik.geenOverloop()

    const dir = mkdtempSync(join(tmpdir(), 'voordeur-upload-'))
    try {
      writeFileSync(join(dir, 'groot.pdf'), '%PDF-1.7')
      truncateSync(join(dir, 'groot.pdf'), 50_000_001)
      await blader(page, '+ Meer toevoegen', join(dir, 'groot.pdf'))
      await expect(problems).toHaveText(/groot\.pdf: Het bestand is te groot \(maximaal 50 MB\)\./)
    } finally {
      rmSync(dir, { recursive: true })
    }
    await expect(chosen(page)).toHaveCount(3)
  })

  test('N29: a program that calls itself a document is refused by the server, and the others come through', async ({
    ik,
    demo,
  }) => {
    const { page } = ik
    await schrijf(ik, demo)
    await ik.druk('Bijlagen')
    const program = { ...pdf('factuur.pdf'), buffer: Buffer.concat([Buffer.from('MZ'), Buffer.alloc(3000, 1)]) }
    await blader(page, 'Bladeren', [program, pdf('echt.pdf')])
    await ik.druk('Upload 2 bestanden')
    await expect(chosen(page).filter({ hasText: 'factuur.pdf' })).toContainText('Dit bestandstype is niet toegestaan.')
    await expect(chosen(page).filter({ hasText: 'echt.pdf' })).toContainText('geüpload')
    await expect(page.getByRole('button', { name: /^Probeer opnieuw/ })).toHaveCount(0)
    await ik.axe()
    await ik.druk('Klaar')
    await expect(rows(page)).toHaveCount(1)
    await expect(rows(page)).toContainText('echt.pdf')
  })

  test('N30: "+ Meer toevoegen" adds, the button counts, and without files there is no button', async ({ ik, demo }) => {
    const { page } = ik
    await schrijf(ik, demo)
    await ik.druk('Bijlagen')
    await expect(page.getByRole('button', { name: /^Upload/ })).toHaveCount(0)
    await blader(page, 'Bladeren', [pdf('een.pdf'), pdf('twee.pdf')])
    await expect(page.getByRole('button', { name: 'Upload 2 bestanden' })).toBeVisible()
    await blader(page, '+ Meer toevoegen', [pdf('drie.pdf')])
    await expect(page.getByRole('button', { name: 'Upload 3 bestanden' })).toBeVisible()
    await expect(chosen(page)).toHaveCount(3)
    await blader(page, '+ Meer toevoegen', [pdf('vier.exe')])
    await expect(page.getByRole('button', { name: 'Upload 3 bestanden' })).toBeVisible()
  })

  test('N31: the cross removes one file; "Annuleer" adds nothing and leaves nothing at the server', async ({
    ik,
    demo,
  }) => {
    const { page } = ik
    await schrijf(ik, demo)
    const urls = aangekondigd(page)
    await ik.druk('Bijlagen')
    await blader(page, 'Bladeren', [pdf('een.pdf'), pdf('twee.pdf'), pdf('drie.pdf', 4_000_000)])
    await ik.druk('Verwijder twee.pdf')
    await expect(page.getByRole('button', { name: 'Upload 2 bestanden' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Verwijder drie.pdf' })).toBeFocused()

    await traag(page)
    await ik.druk('Upload 2 bestanden')
    await expect(chosen(page).filter({ hasText: 'een.pdf' })).toContainText('geüpload')
    await expect(page.getByRole('progressbar', { name: 'drie.pdf' })).toBeVisible()
    await expect(chosen(page).filter({ hasText: 'drie.pdf' })).toContainText(/ van 4,0 MB/)
    await expect.poll(() => urls.length).toBe(2)
    await ik.druk('Annuleer')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(rows(page)).toHaveCount(0)
    await expect(page.locator('input[name="upload"]')).toHaveCount(0)
    for (const url of urls) await expect.poll(() => status(page, url)).toBe(404)
  })

  test('N32: the bin takes an attachment away, here and at the server; only the other one is sent', async ({
    ik,
    demo,
  }, info) => {
    const { page } = ik
    const dossier = await schrijf(ik, demo)
    const urls = aangekondigd(page)
    const [good, wrong] = [`goed-${info.project.name}.pdf`, `fout-${info.project.name}.pdf`]
    const subject = `Met bijlage (${info.project.name})`
    await ik.vul('Onderwerp', subject)
    await ik.vul('Bericht', 'In de bijlage.')
    await ik.druk('Bijlagen')
    await blader(page, 'Bladeren', [pdf(wrong), pdf(good)])
    await ik.druk('Upload 2 bestanden')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(rows(page)).toHaveCount(2)
    await expect(page.getByRole('button', { name: 'Bijlagen' })).toBeFocused()
    await ik.axe()
    await ik.geenOverloop()

    await ik.druk(`Prullenbak ${wrong}`)
    await expect(rows(page)).toHaveCount(1)
    expect(await status(page, urls[0] ?? '')).toBe(404)
    await ik.druk('Versturen')
    await ik.zie('Uw bericht is verzonden.')
    await ik.druk(new RegExp(`^${subject.replace(/[()]/g, '\\$&')}`))
    await ik.zie(good)
    await expect(page.getByText(wrong)).toHaveCount(0)
    await expect(page.getByRole('button', { name: /^Prullenbak/ })).toHaveCount(0)
    await ik.open(`${dossier}?tab=delivered`)
    await ik.zie(good)
    await expect(page.getByText(wrong)).toHaveCount(0)
  })

  test('N32: a bin that cannot reach the server says so and keeps the row', async ({ ik, demo }) => {
    const { page } = ik
    await schrijf(ik, demo)
    await ik.druk('Bijlagen')
    await blader(page, 'Bladeren', [pdf('blijft.pdf')])
    await ik.druk('Upload 1 bestand')
    await expect(rows(page)).toHaveCount(1)
    await page.context().setOffline(true)
    await ik.druk('Prullenbak blijft.pdf')
    await ik.zie('blijft.pdf kon niet worden verwijderd. Probeer het opnieuw.')
    await page.context().setOffline(false)
    await ik.druk('Prullenbak blijft.pdf')
    await expect(rows(page)).toHaveCount(0)
  })

  test('N29 N32: a file whose connection drops goes on where it was and arrives byte for byte', async ({
    ik,
    demo,
  }, info) => {
    const { page } = ik
    const dossier = await schrijf(ik, demo)
    const from: number[] = []
    page.on('request', (r) => {
      if (r.method() === 'PATCH') from.push(Number(r.headers()['upload-offset']))
    })
    const file = pdf(`lijn-${info.project.name}.pdf`, 3_000_000)
    await ik.vul('Onderwerp', `Onderbroken (${info.project.name})`)
    await ik.vul('Bericht', 'Met een lange bijlage.')
    await ik.druk('Bijlagen')
    await blader(page, 'Bladeren', [file])
    const fast = await traag(page)
    await ik.druk('Upload 1 bestand')
    await expect(chosen(page)).toContainText(/0,[3-9] van 3,0 MB/)
    await page.context().setOffline(true)
    await expect(chosen(page)).toContainText('Geen verbinding. Wij gaan verder zodra u weer online bent.')
    await ik.axe()
    await fast()
    await page.context().setOffline(false)
    await expect(rows(page)).toHaveCount(1)
    expect(from.at(0)).toBe(0)
    expect(from.at(-1)).toBeGreaterThan(0)

    await ik.druk('Versturen')
    await ik.zie('Uw bericht is verzonden.')
    await expect(async () => {
      await ik.open(`${dossier}?tab=delivered`)
      await expect(page.getByRole('link', { name: `Downloaden ${file.name}` })).toBeVisible({ timeout: 500 })
    }).toPass()
    const download = page.waitForEvent('download')
    await ik.druk(`Downloaden ${file.name}`)
    const arrived = createHash('sha256')
    for await (const piece of await (await download).createReadStream()) arrived.update(piece as Buffer)
    expect(arrived.digest('hex')).toBe(createHash('sha256').update(file.buffer).digest('hex'))
  })

  test('N29 N30 N31 N32: with the keyboard alone', async ({ ik, demo }) => {
    const { page } = ik
    await schrijf(ik, demo)
    await ik.tabNaar('Bijlagen')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Bladeren' })).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Bijlagen' })).toBeFocused()

    const chooser = page.waitForEvent('filechooser') // before the key that opens it can be pressed
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Bladeren' })).toBeFocused()
    await page.keyboard.press('Enter')
    await (await chooser).setFiles([pdf('een.pdf'), pdf('twee.pdf')])
    await ik.tabNaar('Verwijder twee.pdf')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Verwijder een.pdf' })).toBeFocused()
    await ik.tabNaar('Upload 1 bestand')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Bijlagen' })).toBeFocused()
    await expect(page.getByRole('status').filter({ hasText: 'een.pdf is geüpload' })).toHaveCount(1)
    await page.keyboard.press('Shift+Tab')
    await expect(page.getByRole('button', { name: 'Prullenbak een.pdf' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(rows(page)).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Bijlagen' })).toBeFocused()
  })

  test('N29 N34: staff add documents to a dossier through the same dialog', async ({ ik, demo, context }, info) => {
    const { page } = ik
    await enter(context, demo, 'notaris', 'handler')
    const meta: string[] = []
    page.on('request', (r) => meta.push(r.headers()['upload-metadata'] ?? ''))
    await ik.open(`${demo.tenant('notaris').office}/dossiers?q=2026-01483`)
    await ik.druk(/^Hypotheek Lindelaan 12/)
    await ik.kies('Correspondentie')
    await ik.druk('Bestanden toevoegen')
    const names = ['brief', 'bijlage'].map((name) => `${name}-${info.project.name}.pdf`)
    await blader(page, 'Bladeren', names.map((name) => pdf(name)))
    await ik.axe()
    await ik.geenOverloop()
    await ik.druk('Upload 2 bestanden')
    await ik.zie('Toegevoegd: 2 bestanden.')
    for (const name of names) await ik.zie(name)
    const category = Buffer.from('correspondence').toString('base64')
    expect(meta.filter((m) => m.includes(`category ${category}`))).toHaveLength(2)
  })
})

// traag slows what the page sends down; what is returned takes that away.
async function traag(page: Page): Promise<() => Promise<void>> {
  const cdp = await page.context().newCDPSession(page)
  const speed = (uploadThroughput: number) =>
    cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput })
  await speed(400_000)
  return async () => void (await speed(-1))
}

test.describe('without JavaScript', { tag: '@nojs' }, () => {
  test('N29 N32: the plain field takes files along; those that arrived stay and can be unticked', async ({
    ik,
    demo,
  }, info) => {
    const { page } = ik
    await schrijf(ik, demo)
    await expect(page.locator('button', { hasText: 'Bijlagen' })).toHaveCount(0)
    const [good, wrong] = [`plat-goed-${info.project.name}.pdf`, `plat-fout-${info.project.name}.pdf`]
    const subject = `Zonder JavaScript (${info.project.name})`
    await ik.vul('Onderwerp', subject)
    await ik.vul('Bericht', ' ')
    await page.locator('input[type="file"]').setInputFiles([pdf(good), pdf(wrong), pdf('virus.exe')])
    await ik.druk('Versturen')
    await ik.zie('virus.exe: Dit bestandstype is niet toegestaan.')
    await ik.axe()
    await ik.geenOverloop()
    await page.getByRole('checkbox', { name: new RegExp(`^${wrong}`) }).uncheck()
    await ik.vul('Bericht', 'In de bijlage.')
    await ik.druk('Versturen')
    await ik.zie('Uw bericht is verzonden.')
    await ik.druk(new RegExp(`^${subject.replace(/[()]/g, '\\$&')}`))
    await ik.zie(good)
    await expect(page.getByText(wrong)).toHaveCount(0)
  })
})
