import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keys } from '../keys'
import { look } from '../looks'
import { bring, logIn } from '../sessions'
import { installed, logInThere, startSimpleSAMLphp } from '../simplesamlphp'
import { startSimulator } from '../simulator'
import { expect, test, Visitor } from '../vocabulary'

test('D8 D9 E1 E2 E3: an administrator connects to DigiD by SAML by keyboard, and changes the key', { tag: '@once' }, async ({ ik, demo, context }) => {
  test.slow()
  const simulator = await startSimulator()
  const metadata = await (await fetch(`${simulator.url}/saml/digid/metadata`)).text()
  await simulator.stop()
  const { office } = demo.tenant('accountant')
  await bring(context, office, await logIn(office, demo.login('accountant', 'administrator'))) // he must have proved himself just now
  const keys = new Keys(ik)

  await test.step('a kind is chosen', async () => {
    await ik.open(`${office}/settings/connections/new`)
    await look(ik)
    await ik.kies('DigiD, eigen aansluiting (SAML)')
    await keys.type('Naam', 'DigiD van het kantoor')
    await keys.follow('Verder')
    await ik.zie('Het inlogmiddel is gemaakt en staat uit.')
    await ik.zie('Dit adres werkt zodra hieronder')
    await look(ik)
  })

  await test.step('what is missing is said by its field, and what was typed stays', async () => {
    await ik.tabNaar(/^Metadata van de andere partij/)
    await ik.page.keyboard.insertText('<metadata>')
    await keys.type('Nummer van de dienst in onze metadata', '1')
    await keys.tick('Dit inlogmiddel staat aan')
    await keys.follow('Opslaan')
    await ik.zie('Metadata van de andere partij: Dit is geen SAML-metadata')
    await ik.zie('E-mailadres van het technische contact: Dit veld is verplicht.')
    await expect(ik.page.getByLabel(/^Metadata van de andere partij/)).toHaveValue('<metadata>')
    await expect(ik.page.getByLabel('Nummer van de dienst in onze metadata')).toHaveValue('1')
    await look(ik)
  })

  await test.step('a file takes the place of what was pasted, and what was read comes back', async () => {
    await ik.page.getByLabel(/^Of kies het bestand/).setInputFiles({ name: 'metadata.xml', mimeType: 'text/xml', buffer: Buffer.from(metadata) })
    for (const [n, kind] of ['Technisch contact', 'Administratief contact'].entries()) {
      const group = ik.page.getByRole('group', { name: kind })
      await group.getByLabel('Naam').fill(`Afdeling ${n}`)
      await group.getByLabel('E-mailadres').fill(`afdeling${n}@vosvanleeuwen.example`)
      await group.getByLabel('Telefoonnummer').fill('020 000 0000')
    }
    await ik.page.getByLabel('Dit inlogmiddel staat aan').uncheck() // DigiD does not know us
    await ik.druk('Opslaan')
    await ik.zie('DigiD van het kantoor is opgeslagen.')
    await ik.zie('Dit staat in de opgeslagen metadata')
    await ik.zie(`${simulator.url}/saml/digid/metadata`)
    await ik.page.getByText('Verdere instellingen').click()
    await look(ik)
    const begun = ik.page.waitForEvent('download')
    await keys.follow(/\/metadata$/)
    expect(readFileSync(await (await begun).path(), 'utf8')).toContain('mailto:afdeling1@vosvanleeuwen.example')
  })

  await test.step('the key is changed', async () => {
    await keys.follow('Sleutels en certificaten')
    await ik.kop('Sleutels en certificaten')
    await look(ik)
    await keys.follow('Nieuwe sleutel voorbereiden')
    await ik.zie('De nieuwe sleutel staat klaar')
    await look(ik)
    await keys.follow('Overstappen op de nieuwe sleutel')
    await ik.zie('De oude sleutel wordt weggegooid.')
    await look(ik)
    await keys.follow('Nu overstappen')
    await ik.zie('De nieuwe sleutel is nu in gebruik.')
  })

  await test.step('keys of one’s own belong together, and do not come back', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'key'))
    const made = (name: string) => {
      const [key, certificate] = [join(dir, `${name}.key`), join(dir, `${name}.pem`)]
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/CN=${name}`, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
      return { key: readFileSync(key), certificate: readFileSync(certificate) }
    }
    const [own, other] = [made('kantoor.example'), made('ander.example')]
    rmSync(dir, { recursive: true })
    const bringOwn = async (key: Buffer, certificate: Buffer): Promise<void> => {
      if (!(await ik.page.getByLabel(/^Sleutel en certificaat, in PEM/).isVisible())) await ik.page.getByText('Een eigen sleutel gebruiken').click()
      const form = ik.page.locator('form[action$="/keys/bring"]')
      await form.getByLabel(/^Sleutel en certificaat, in PEM/).fill(key.toString())
      await form.getByLabel(/^Bestand met het certificaat/).setInputFiles({ name: 'c.pem', mimeType: 'application/x-pem-file', buffer: certificate })
      await ik.druk('Deze sleutel klaarzetten')
    }
    await bringOwn(own.key, other.certificate)
    await ik.zie('Eigen sleutel: Dit is geen RSA-sleutel')
    await expect(ik.page.getByLabel(/^Sleutel en certificaat, in PEM/)).toHaveValue('')
    expect(await ik.page.content()).not.toContain('PRIVATE KEY')
    await look(ik)
    await bringOwn(own.key, own.certificate)
    await ik.zie('De eigen sleutel staat klaar als nieuwe sleutel.')
    await ik.zie('kantoor.example')
    await keys.follow('Overstappen op de nieuwe sleutel')
    await ik.zie('De oude sleutel wordt weggegooid.')
    await keys.follow('Nu overstappen')
    await ik.zie('Onze sleutel verloopt op') // within sixty days
    await look(ik)
    await ik.open(`${office}/settings/connections`)
    await ik.zie('Onze sleutel verloopt op')
    await look(ik)
  })
})

// Each has a person of his own: the simulator has one session of one person.
const leavers: Record<string, string> = { phone: 'Aylin Yilmaz – 999990019', desktop: 'Hendrik Veenstra – 999990020', nojs: 'Selin Aydin – 999990093' }

test('E27 D8: who logs out here is led to DigiD by keyboard, and reads what came of it', async ({ ik, demo }, info) => {
  test.slow()
  const { portal } = demo.tenant('eloket')
  const keys = new Keys(ik)
  const out = async (wrong = ''): Promise<void> => {
    await ik.open(`${portal}/login`)
    await keys.follow('Inloggen met DigiD')
    await ik.kies(leavers[info.project.name] ?? '')
    await keys.follow('Inloggen')
    await ik.kop(/^Goede/)
    if (info.project.use.isMobile) await ik.page.locator('summary').filter({ hasText: 'Menu' }).click()
    await ik.page.getByRole('button', { name: 'Uitloggen', exact: true }).filter({ visible: true }).click()
    await ik.zie('U bent uitgelogd.')
    if (!wrong) await look(ik)
    await keys.follow('Ook uitloggen bij DigiD')
    await ik.kop('Uitloggen')
    await ik.zie('SIMULATOR – geen echte DigiD')
    if (!wrong) return
    await ik.page.getByText('Een verkeerd antwoord geven').click()
    await ik.kies('Wat er mis is met het antwoord', wrong)
  }

  await test.step('he has logged out there too', async () => {
    await out()
    await ik.page.getByText('Een verkeerd antwoord geven').click()
    await look(ik)
    await keys.follow('Uitloggen bij DigiD')
    await ik.zie('U bent uitgelogd, ook bij DigiD.')
    expect(ik.page.url()).toBe(`${portal}/login`)
    await look(ik)
    await ik.open(`${portal}/dossiers`)
    await ik.zie('Inloggen met DigiD')
  })

  await test.step('he may still be logged in at others', async () => {
    await out('Bij andere programma’s is het uitloggen niet gelukt')
    await keys.follow('Uitloggen bij DigiD')
    await ik.zie('Op andere websites waar u met DigiD inlogde, bent u misschien nog ingelogd.')
    await ik.axe()
  })

  await test.step('what is not to be seen is said, and nobody is in', async () => {
    await out('De handtekening is met een verkeerde sleutel gezet')
    await keys.follow('Uitloggen bij DigiD')
    await ik.zie('U bent hier uitgelogd. Wij kunnen niet zien of u ook bij DigiD bent uitgelogd.')
    expect(ik.page.url()).toBe(`${portal}/login`)
    await look(ik)
    await ik.page.goBack() // to the simulator, and so once more with an answer that has been used
    await ik.open(`${portal}/dossiers`)
    await ik.zie('Inloggen met DigiD')
  })
})

test('D8 E2 E27: a resident comes in by SimpleSAMLphp, and logs out on both sides', { tag: '@once' }, async ({ ik, demo, browser }) => {
  test.skip(!installed, 'SimpleSAMLphp is not installed: scripts/install-test-tools does so')
  test.slow()
  const { portal, office } = demo.tenant('accountant')
  const party = await startSimpleSAMLphp()
  const staff = await browser.newContext({ locale: 'nl-NL' })
  const desk = new Visitor(await staff.newPage())
  const asked = (): Promise<void> => expect(ik.page.locator('[name=username]')).toBeVisible()
  const enter = async (name: string): Promise<void> => {
    await ik.open(`${portal}/login`)
    await ik.druk('Inloggen met DigiD')
    await logInThere(ik.page, name)
  }

  await test.step('an administrator connects it', async () => {
    await bring(staff, office, await logIn(office, demo.login('accountant', 'administrator')))
    await desk.open(`${office}/settings/entry`)
    await desk.vul(/^Grondslag voor het gebruik van het BSN/, 'Wabb, artikel 10')
    await desk.druk('Opslaan')
    await desk.open(`${office}/settings/connections/new`)
    await desk.kies('DigiD, eigen aansluiting (SAML)')
    await desk.vul(/^Naam/, 'DigiD van een ander')
    await desk.druk('Verder')
    await desk.page.getByLabel(/^Of kies het bestand/).setInputFiles({ name: 'metadata.xml', mimeType: 'text/xml', buffer: Buffer.from(party.metadata) })
    for (const kind of ['Technisch contact', 'Administratief contact']) {
      const group = desk.page.getByRole('group', { name: kind })
      await group.getByLabel('Naam').fill('Afdeling')
      await group.getByLabel('E-mailadres').fill('afdeling@vosvanleeuwen.example')
      await group.getByLabel('Telefoonnummer').fill('020 000 0000')
    }
    await desk.kies('Dit inlogmiddel staat aan')
    await desk.druk('Opslaan')
    await desk.zie('DigiD van een ander is opgeslagen.')
    const begun = desk.page.waitForEvent('download')
    await desk.druk(/\/metadata$/)
    party.meet(readFileSync(await (await begun).path(), 'utf8'))
  })

  await test.step('who cancels, or shows too little, does not come in', async () => {
    await enter('stop')
    await ik.zie('U heeft het inloggen met DigiD geannuleerd. U bent niet ingelogd.')
    await ik.page.context().clearCookies()
    await enter('laag')
    await ik.zie('U heeft ingelogd op een niveau van DigiD dat hiervoor te laag is.')
    expect(ik.page.url()).toBe(`${portal}/login`)
    await ik.page.context().clearCookies()
  })

  await test.step('an answer counts once', async () => {
    const back = ik.page.waitForRequest(/SAMLart=/)
    await enter('aylin')
    await ik.zie('U heeft geen lopende dossiers.')
    const other = new Visitor(await (await browser.newContext({ locale: 'nl-NL' })).newPage())
    await other.open((await back).url())
    await other.zie('Er is een fout opgetreden in de communicatie met DigiD.')
    await other.page.context().close()
  })

  await test.step('he logs out here, and there too', async () => {
    const over = ik.page.waitForRequest(/\/logout\?SAMLResponse=/)
    await ik.druk('Uitloggen')
    await ik.druk('Ook uitloggen bij DigiD')
    await ik.zie('U bent uitgelogd, ook bij DigiD.')
    await ik.open((await over).url())
    await ik.zie('Wij kunnen niet zien of u ook bij DigiD bent uitgelogd.')
    await ik.druk('Inloggen met DigiD')
    await asked()
  })

  await test.step('he logs out there, and is out here', async () => {
    await enter('aylin')
    await ik.zie('U heeft geen lopende dossiers.')
    const told = ik.page.waitForRequest(/\/logout\?SAMLRequest=/)
    await ik.page.goto(`${party.url}/saml2/idp/SingleLogoutService.php?ReturnTo=${encodeURIComponent(`${party.url}/index.php`)}`)
    expect((await told).url()).toContain(portal)
    expect(ik.page.url()).toContain(party.url)
    await ik.open(`${portal}/dossiers`)
    await ik.druk('Inloggen met DigiD')
    await asked()
  })

  await desk.page.getByLabel('Dit inlogmiddel staat aan').uncheck()
  await desk.druk('Opslaan')
  await desk.zie('DigiD van een ander is opgeslagen.')
  await staff.close()
  await party.stop()
})
